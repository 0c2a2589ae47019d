#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "doxa/autograd/tensor.h"

namespace doxa {

// A safetensors file (https://github.com/huggingface/safetensors, "Format") is
//
//   8 bytes   N, little-endian: the length of the header, at most 100 000 000
//   N bytes   {"__metadata__":{"key":"text",…},"name":{"dtype":"F64","shape":[2,3],"data_offsets":[0,48]},…}
//   the rest  the numbers, little-endian and row-major, each array at its offsets from here
//
// The header is JSON in UTF-8, begins with '{' and may end in blanks; its names differ, and the arrays cover
// the rest without overlap or hole.

/// How the numbers of an array are stored, by their bits, in the order in which a file has them.
enum class Dtype { u64, i64, f64, f32, u32, i32, u16, i16, i8, u8 };

std::size_t byte_size(Dtype dtype);        ///< of one number
std::string_view dtype_name(Dtype dtype);  ///< "F64", as the file says it

/// A text from a file as an error message shows it: in quotes, cut where it is long.
std::string in_quotes(std::string_view text);

/// An array of any rank, as it is stored.
struct StoredArray {
  Dtype dtype = Dtype::f64;
  std::vector<std::uint64_t> shape = {};
  std::string bytes = {};

  bool operator==(const StoredArray&) const = default;
  std::string str() const;  ///< "F64 [2,3]"
};

/// An array of the type that stands for T: Real, double, float, std::int64_t or std::uint64_t.
StoredArray stored(const Tensor& tensor);
StoredArray stored(std::span<const double> values);  ///< [values.size()]
StoredArray stored(std::span<const std::uint64_t> values);
StoredArray stored(std::int64_t value);  ///< []

/// What a safetensors file holds.
struct Safetensors {
  std::map<std::string, StoredArray> arrays = {};
  std::map<std::string, std::string> metadata = {};
  std::string file = "safetensors";  ///< names it in errors

  /// An array's numbers, each rounded to Real. Throws FileError, naming the array, for one that is missing or
  /// that no Tensor can hold.
  Tensor tensor(const std::string& name) const;
  /// The numbers of an array that is stored as F64 (doubles) or U64 (words), whatever its shape. Throws
  /// FileError for one that is missing or of another type.
  std::vector<double> doubles(const std::string& name) const;
  std::vector<std::uint64_t> words(const std::string& name) const;
};

/// The bytes of a file, byte for byte those of the format's own library. The arrays stand in the order of
/// their types, the wider first, so that each is aligned in a file mapped into memory, then of their names.
/// Throws std::invalid_argument for a name
/// or a text that is not UTF-8, an array called __metadata__, or one whose bytes are not those of its shape.
std::string format_safetensors(const Safetensors& contents);

/// Reads the bytes of a file; `file` names it in errors. Throws FileError at the first fault; no number in
/// the file makes it ask for more memory than a small multiple of the file's size.
Safetensors parse_safetensors(std::string_view bytes, const std::string& file = "safetensors");

/// The largest file that is read, in bytes.
inline constexpr std::size_t max_safetensors_bytes = std::size_t{1} << 31;

/// Reads a file. Throws FileError, also where it cannot be read.
Safetensors read_safetensors(const std::filesystem::path& path);

/// Writes a file, whole or not at all. Throws as format_safetensors and write_file_atomically do.
void write_safetensors(const std::filesystem::path& path, const Safetensors& contents);

}  // namespace doxa
