#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace doxa::quotes {

// What is wrong with the exercises at the end of a chapter's pages, a sentence each. Each exercise, an
// item of the numbered list under "## Exercises", has its solution in a folded block, and in it "Verified by
// `ExerciseNN.Name`.", a test of tests/tutorials/exercises/NN-name.cpp, or "Verified by claim K.", a claim in
// the committed results.json; and each of those tests verifies a solution.
std::vector<std::string> exercise_faults(const std::filesystem::path& root,
                                         const std::filesystem::path& chapter);

}  // namespace doxa::quotes
