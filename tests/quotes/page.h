#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace doxa::quotes {

// A place of a page that says something else than what it quotes.
struct Difference {
  int line;
  std::string what;  // found and expected
};

// A Markdown page brought into step with what it quotes.
struct Page {
  std::string text;
  std::vector<Difference> differences;
};

// What a page quotes, and how it says so, in comments that no reader sees:
//
//   <!-- quote: FILE [REGION] -->   before a fenced block: the lines of FILE between two lines "//!
//   [REGION]", without
//                                   their common indentation
//   <!-- output: NAME -->           before a fenced block: the text "printed.NAME" of results.json
//   0.912<!--=NAME-->               the number NAME of results.json, rounded to the digits that stand here
//   0.912<!--=FILE:NAME-->          the same of another flat JSON file
//   claim 3<!--claim: CHAPTER: WORDS-->   the number of that chapter's claim whose sentence begins with WORDS
//
// Paths are relative to the page. Of a chapter's pages every number of three or more significant digits
// before the exercises is either bound, or stands in one of the chapter's sources, or is marked <!--=--> as
// worked out in the text. Code blocks, formulas in display, links and years are not looked at.
Page in_step(const std::filesystem::path& file);

}  // namespace doxa::quotes
