#include <algorithm>
#include <string>

#include "doxa/models/files/file.h"
#include "doxa/models/nn/checkpoint.h"
#include "fuzz.h"
#include "small_run.h"

namespace doxa::fuzz {
namespace {

const char* const file = "fuzz.safetensors";

void check_error(const FileError& error) {
  const std::string what = error.what();
  require(what == file + (": " + error.text()), "the message is file: text: " + what);
  require(std::none_of(what.begin(), what.end(), [](char c) { return (c >= 0 && c < 0x20) || c == 0x7f; }) &&
              what.size() < 700,
          "the message is one line, and a short one: " + what);
  require(what.find("found ") != std::string::npos && what.find("expected ") != std::string::npos,
          "the message says what was found and what was expected: " + what);
}

void check_arrays(const Safetensors& read, std::string_view bytes) {
  std::size_t numbers = 0;
  for (const auto& [name, array] : read.arrays) {
    numbers += array.bytes.size();
    try {
      const Tensor t = read.tensor(name);
      require(static_cast<std::size_t>(t.size()) * bit_size(array.dtype) == 8 * array.bytes.size(),
              "a tensor has the numbers of its array: " + name);
      require(static_cast<std::size_t>(t.shape().rank()) == array.shape.size(),
              "a tensor has the axes of its array: " + name);
    } catch (const FileError& error) {
      check_error(error);
    }
  }
  std::size_t header = 0;
  for (std::size_t i = 8; i-- > 0;) header = header << 8 | static_cast<unsigned char>(bytes[i]);
  require(8 + header + numbers == bytes.size(), "header and arrays are the whole file");
}

void check_written(const Safetensors& read) {
  const std::string written = format_safetensors(read);
  const Safetensors back = parse_safetensors(written, file);
  require(back.arrays == read.arrays && back.metadata == read.metadata, "what is written reads back equal");
  require(format_safetensors(back) == written, "what is read back is written alike");
}

void check_as_checkpoint(const Safetensors& read) {
  SmallRun run;
  const Safetensors before = contents(run.checkpoint());
  try {
    restore(run.checkpoint(), read);
  } catch (const FileError& error) {
    check_error(error);
    require(contents(run.checkpoint()).arrays == before.arrays, "a refused checkpoint changes nothing");
    return;
  }
  const Safetensors after = contents(run.checkpoint());
  require(after.arrays == read.arrays && after.metadata == read.metadata,
          "a run that goes on with a checkpoint writes the same one");
}

}  // namespace

Outcome check_safetensors_bytes(std::string_view bytes) {
  Safetensors read;
  try {
    read = parse_safetensors(bytes, file);
  } catch (const FileError& error) {
    check_error(error);
    return {};
  }
  check_arrays(read, bytes);
  check_written(read);
  check_as_checkpoint(read);
  return {.accepted = true};
}

}  // namespace doxa::fuzz
