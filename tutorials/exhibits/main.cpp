// The exhibits of the book at a terminal: what is typed is a line of the exhibit, whose answer is printed.

#include <filesystem>
#include <iostream>

#include "doxa/models/files/file.h"
#include "exhibit.h"
#include "support/table.h"

using namespace doxa;
using namespace doxa::exhibits;

namespace {

void print_answer(const Exhibit& exhibit, const Answer& answer, const std::filesystem::path& out) {
  if (!answer.news.empty()) std::cout << answer.news << '\n';
  std::size_t width = 0;
  for (const Number& n : answer.numbers) width = std::max(width, support::columns(n.name));
  for (const Number& n : answer.numbers)
    std::cout << "  " << n.name << std::string(width + 2 - support::columns(n.name), ' ') << n.text << '\n';
  std::cout << answer.listing;
  for (std::size_t i = 0; i < answer.pictures.size(); ++i) {
    std::filesystem::create_directories(out);
    const std::filesystem::path file = out / (exhibit.name + "-" + std::to_string(i + 1) + ".svg");
    write_file_atomically(file, answer.pictures[i].svg);
    std::cout << "  " << file.string() << ": " << answer.pictures[i].description << '\n';
  }
  std::cout << std::flush;
}

void print_help(const Exhibit& exhibit) {
  std::cout << exhibit.title << ". Type a line, or end with Ctrl-D:\n\n";
  support::Table table({"line", "what it is", "now", "from … to"});
  for (const Control& c : exhibit.controls()) {
    const bool limited = c.kind == Control::Kind::slider;
    table.row({c.kind == Control::Kind::button ? c.name : c.name + " VALUE", c.label, c.value,
               limited ? to_text(c.low) + " … " + to_text(c.high) : ""});
  }
  std::cout << table << '\n';
}

// What was said could not be done: one line, and the exhibit goes on; but a line of the command line ends it.
void answer_line(const Exhibit& exhibit, const std::string& line, bool json, const std::string& out) {
  if (json)
    std::cout << json_answer(exhibit, line) << std::endl;
  else
    print_answer(exhibit, exhibit.say(line), out);
}

int run_exhibit(const Exhibit& exhibit, std::span<const std::string> lines, bool json,
                const std::string& out) {
  if (!json && lines.empty()) print_help(exhibit);
  if (json || lines.empty()) answer_line(exhibit, "", json, out);
  for (const std::string& line : lines) answer_line(exhibit, line, json, out);
  if (!lines.empty()) return 0;
  for (std::string line; std::getline(std::cin, line);) {
    try {
      answer_line(exhibit, line, json, out);
    } catch (const UsageError& e) {
      std::cout << e.what() << std::endl;
    }
  }
  return 0;
}

}  // namespace

// For a page: the answer to one line of one exhibit, which lives on until the next call. An empty line is the
// first one of a new exhibit.
extern "C" const char* doxa_exhibit(const char* name, const char* line) {
  static Exhibit exhibit;
  static std::string answer;
  if (*line == '\0' || exhibit.name != name) exhibit = open(name);
  answer = json_answer(exhibit, line);
  return answer.c_str();
}

int main(int argc, char** argv) {
  std::string listed;
  for (const std::string& name : names()) listed += (listed.empty() ? "" : ", ") + name;
  CommandLine command("exhibits", "what the book lets its readers play with, at a terminal",
                      "NAME is one of " + listed +
                          ". Each LINE is answered; without any, lines are read from standard input.\n");
  std::string out = "out/exhibits";
  bool json = false;
  std::vector<std::string> words;
  command.text("out", "DIR", out, "where pictures are written (default out/exhibits)");
  command.flag("json", json, "answer in JSON, a line for each line, pictures included");
  command.words("NAME [LINE…]", words);
  command.must_hold([&]() -> std::string { return words.empty() ? "expected the name of an exhibit" : ""; });
  return command.run(argc, argv,
                     [&] { return run_exhibit(open(words[0]), std::span(words).subspan(1), json, out); });
}
