#pragma once

#include <cstddef>
#include <filesystem>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "doxa/autograd/random.h"

namespace doxa::fuzz {

/// What became of an input.
struct Outcome {
  bool accepted = false;    ///< read strictly
  bool repaired = false;    ///< refused strictly, read leniently
  std::size_t repairs = 0;  ///< of the latter
};

inline void require(bool holds, const std::string& property) {
  if (!holds) throw std::logic_error(property);
}

/// Reads any bytes as a .pomdp file and throws std::logic_error, which names the property, unless
///   - the text is read, or refused by a FileError with one line "file:line:column: …, expected …" that
///     points into the text, and by no other exception;
///   - a model that is read is valid, is written in a form that reads back equal, and its filter's predictive
///     distributions and beliefs sum to 1 within rounding over a few steps;
///   - a text that is read strictly is read leniently to the same model with no repair, and one that is
///     refused strictly is refused leniently too, or read with at least one repair that points into the text.
Outcome check_pomdp_text(std::string_view text);

/// Reads any bytes as a .safetensors file and throws std::logic_error, which names the property, unless
///   - they are read, or refused by a FileError of one short line "file: … found …, expected …", and by no
///     other exception;
///   - what is read has as many numbers as the file has bytes for, is written in a form that reads back
///     equal, and that form is written alike;
///   - each of its arrays makes a tensor of its shape, or is refused by name;
///   - a small run goes on with it as a checkpoint, and then writes the same; or refuses it unchanged.
Outcome check_safetensors_bytes(std::string_view bytes);

/// A file of the corpus after random changes. Of a .safetensors file they are to its bytes as they come, or
/// to its header, whose length then is mostly put right, and to how much data follows. Both throw
/// std::invalid_argument if the corpus is empty.
std::string mutate_pomdp(std::span<const std::string> corpus, Philox& random);
std::string mutate_safetensors(std::span<const std::string> corpus, Philox& random);

struct CorpusFile {
  std::string name, text;
};

/// The files of a folder in the order of their names. Throws std::invalid_argument if it cannot be read or
/// holds none.
std::vector<CorpusFile> read_corpus(const std::filesystem::path& folder);

}  // namespace doxa::fuzz
