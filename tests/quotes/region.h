#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace doxa::quotes {

// The lines of a source file between its two lines "//! [name]" (in CMake, shell and Python "#! [name]"),
// without their common indentation and without the marks of other regions. Throws std::runtime_error for a
// file that is not there and for a region that does not stand between exactly two marks.
std::vector<std::string> region(const std::filesystem::path& file, const std::string& name);

}  // namespace doxa::quotes
