// quotes: whether the pages say what their sources and results say; `quotes --help` says more.

#include <algorithm>
#include <filesystem>
#include <iostream>
#include <iterator>
#include <string>
#include <vector>

#include "doxa/models/files/file.h"
#include "quotes/quotes.h"
#include "support/arguments.h"

namespace {

namespace fs = std::filesystem;

void take(const fs::path& runs, const std::vector<std::string>& wanted, const fs::path& root) {
  for (const std::string& name : wanted)
    if (!fs::is_directory(root / "tutorials" / name))
      throw std::runtime_error("there is no chapter '" + name + "'");
  bool taken = false;
  for (const fs::path& chapter : doxa::quotes::chapters(root)) {
    const std::string name = chapter.filename().string();
    const bool named = std::ranges::find(wanted, name) != wanted.end();
    if (!named && (!wanted.empty() || !fs::exists(runs / name / "results.json"))) continue;
    doxa::quotes::take(runs / name, chapter);
    std::cout << "took " << (runs / name).string() << '\n';
    taken = true;
  }
  if (!taken)
    throw std::runtime_error("--take: found no run in '" + runs.string() +
                             "', expected a folder with NN-name/results.json");
}

int run(bool write, const fs::path& runs, const std::vector<std::string>& wanted) {
  const fs::path root = DOXA_SOURCE_DIR;
  if (!runs.empty()) take(runs, wanted, root);
  int differences = 0, left = 0;
  for (const fs::path& file : doxa::quotes::pages(root)) {
    const doxa::quotes::Page page = doxa::quotes::in_step(file);
    if (page.differences.empty()) continue;
    for (const auto& difference : page.differences)
      std::cout << file.lexically_relative(root).string() << ':' << difference.line << ": " << difference.what
                << '\n';
    differences += static_cast<int>(page.differences.size());
    if (!write) continue;
    doxa::write_file_atomically(file, page.text);
    left += static_cast<int>(doxa::quotes::in_step(file).differences.size());
  }
  for (const fs::path& chapter : doxa::quotes::chapters(root)) {
    std::vector<std::string> faults = doxa::quotes::faults(chapter);
    if (faults.empty())
      std::ranges::copy(doxa::quotes::exercise_faults(root, chapter), std::back_inserter(faults));
    for (const std::string& fault : faults) {
      std::cout << chapter.lexically_relative(root).string() << ": " << fault << '\n';
      ++differences, ++left;
    }
  }
  if (differences == 0) {
    std::cout << "every page is in step with its sources and results\n";
  } else if (write) {
    std::cout << differences - left << " differences mended, " << left << " left\n";
  } else {
    std::cout << differences << " differences (quotes --write mends quoted blocks and bound numbers)\n";
  }
  return (write ? left : differences) == 0 ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  doxa::support::CommandLine command("quotes", "whether the pages say what their sources and results say",
                                     "Exit status: 0 they do, 1 there is a difference, 2 bad input.");
  bool write = false;
  std::string runs;
  std::vector<std::string> chapters;
  command.flag("write", write, "mend the differences: quoted blocks and bound numbers are written anew");
  command.text(
      "take", "DIR", runs,
      "first take results and figures from the runs in DIR/NN-name, of all chapters or of those named; "
      "then mend");
  command.words("[NN-name …]", chapters);
  return command.run(argc, argv, [&] {
    if (runs.empty() && !chapters.empty()) throw doxa::UsageError("chapters are named for --take alone");
    return run(write || !runs.empty(), runs, chapters);
  });
}
