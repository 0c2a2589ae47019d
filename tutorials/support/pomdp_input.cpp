#include "support/pomdp_input.h"

#include <iostream>

#include "doxa/models/files/file.h"
#include "doxa/models/pomdp/file.h"

namespace doxa::support {
namespace {

constexpr const char* default_model = DOXA_POMDP_DIR "/tiger.pomdp";

std::string count_repairs(std::size_t n) { return std::to_string(n) + (n == 1 ? " repair" : " repairs"); }

// Reads the file once: it may be a pipe.
Pomdp read_strictly(const std::string& file) {
  const std::string text = read_whole_file(file, ".pomdp file", max_file_bytes);
  try {
    return parse_pomdp(text, file);
  } catch (const FileError& error) {
    std::size_t repairs = 0;
    try {
      repairs = parse_pomdp_lenient(text, file).repairs.size();
    } catch (const FileError&) {
      throw error;
    }
    throw FileError(error.file(), error.line(), error.column(),
                    error.text() + " (--lenient reads the file with " + count_repairs(repairs) + ")");
  }
}

Pomdp read_leniently(Chapter& chapter, const std::string& file) {
  LenientPomdp read = read_pomdp_lenient(file);
  std::cout << count_repairs(read.repairs.size()) << " of " << file
            << (read.repairs.empty() ? "\n\n" : ":\n");
  chapter.results.set("pomdp.repairs", read.repairs.size());
  for (std::size_t i = 0; i < read.repairs.size(); ++i) {
    const PomdpRepair& r = read.repairs[i];
    const std::string place = std::to_string(r.line) + ":" + std::to_string(r.column) + ": ";
    std::cout << file << ':' << place << r.text << (i + 1 == read.repairs.size() ? "\n\n" : "\n");
    chapter.results.set("pomdp.repair." + std::to_string(i + 1), place + r.text);
  }
  return std::move(read.model);
}

}  // namespace

void add_flags(Arguments& arguments, PomdpInput& input, std::string help) {
  arguments.text("pomdp", "FILE", input.file, std::move(help));
  arguments.flag("lenient", input.lenient, "repair what has only one reading in FILE, and list each repair");
  arguments.needs("lenient", "pomdp");
  arguments.uses([&input]() -> std::vector<RunFile> {
    if (input.file.empty()) return {{.flag = "the default of --pomdp", .path = default_model}};
    return {{.flag = "--pomdp", .path = input.file}};
  });
}

Pomdp read_model(Chapter& chapter, const PomdpInput& input) {
  if (input.file.empty()) return read_pomdp(default_model);
  return input.lenient ? read_leniently(chapter, input.file) : read_strictly(input.file);
}

void say_what_was_ignored(const EpisodeSource& source) {
  if (source.ignored_columns.empty()) return;
  std::cout << source.file << ": ignored the column" << (source.ignored_columns.size() == 1 ? " " : "s ");
  for (std::size_t i = 0; i < source.ignored_columns.size(); ++i)
    std::cout << (i ? ", " : "") << in_quotes(source.ignored_columns[i]);
  std::cout << '\n';
}

}  // namespace doxa::support
