#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace doxa::fuzz {

struct CorpusFile {
  std::string name, text;
};

/// The files of a folder in the order of their names. Throws std::invalid_argument if it cannot be read or
/// holds none.
std::vector<CorpusFile> read_corpus(const std::filesystem::path& folder);

}  // namespace doxa::fuzz
