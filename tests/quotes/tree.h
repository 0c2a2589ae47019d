#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace doxa::quotes {

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
