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

// The lines of a source file between its two lines "//! [name]" (in CMake, shell and Python "#! [name]"),
// without their common indentation and without the marks of other regions. Throws std::runtime_error for a
// file that is not there and for a region that does not stand between exactly two marks.
std::vector<std::string> region(const std::filesystem::path& file, const std::string& name);

// What is wrong with the exercises at the end of a chapter's pages, a sentence each. Each exercise, an
// item of the numbered list under "## Exercises", has its solution in a folded block, and in it "Verified by
// `ExerciseNN.Name`.", a test of tests/tutorials/exercises/NN-name.cpp, or "Verified by claim K.", a claim in
// the committed results.json; and each of those tests verifies a solution.
std::vector<std::string> exercise_faults(const std::filesystem::path& root,
                                         const std::filesystem::path& chapter);

// The Markdown pages of the project: README.md and all below its five folders, sorted.
std::vector<std::filesystem::path> pages(const std::filesystem::path& root);

// The chapters' folders, tutorials/NN-name, in order.
std::vector<std::filesystem::path> chapters(const std::filesystem::path& root);

// The pages of a chapter, README.md first.
std::vector<std::filesystem::path> pages_of(const std::filesystem::path& chapter);

// What does not go together in a chapter's folder, a sentence each: results.json is of a default run whose
// claims all hold; figures/ has exactly the figures of that run, byte for byte, each under 100 kB and shown
// by a page.
std::vector<std::string> faults(const std::filesystem::path& chapter);

// Copies results.json and figures of a chapter's default run from `run` into its folder. Throws
// std::runtime_error when the run is not a default one or a claim of it failed.
void take(const std::filesystem::path& run, const std::filesystem::path& chapter);

}  // namespace doxa::quotes
