#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "doxa/autograd/tensor.h"

namespace doxa {

/// How the numbers of an array are stored: the kind and the bits of each. The order is that in which a
/// safetensors file stores its arrays. Complex numbers (c64) and the narrow kinds for which `converts` is
/// false are read and written as bytes only.
enum class Dtype {
  u64,
  i64,
  f64,
  c64,
  f32,
  u32,
  i32,
  bf16,
  f16,
  u16,
  i16,
  f8_e5m2fnuz,
  f8_e4m3fnuz,
  f8_e8m0,
  f8_e4m3,
  f8_e5m2,
  i8,
  u8,
  f6_e3m2,
  f6_e2m3,
  f4,
  boolean
};
inline constexpr std::size_t dtype_count = 22;

std::size_t bit_size(Dtype dtype);         ///< of one number
std::string_view dtype_name(Dtype dtype);  ///< "F64", as a file spells it
bool converts(Dtype dtype);                ///< whether `StoredArray::tensor` reads it

/// An array of any rank as a file stores it: its numbers are little-endian and row-major.
struct StoredArray {
  Dtype dtype = Dtype::f64;
  std::vector<std::uint64_t> shape = {};
  std::string bytes = {};

  bool operator==(const StoredArray&) const = default;
  std::string str() const;  ///< "F64 [2,3]"

  // The numbers of the array. Each function throws std::invalid_argument, "found F64 [2,3], expected …",
  // unless dtype and shape are those that are said beside it.

  Tensor tensor() const;  ///< each rounded to Real, true is 1; of dtypes that convert, at most 4 axes
  std::vector<double> doubles() const;       ///< of dtype f64 and any shape
  std::vector<std::uint64_t> words() const;  ///< of dtype u64 and any shape
  std::int64_t integer() const;              ///< of dtype i64 and shape []
};

/// An array of the dtype that stands for the type of the numbers.
StoredArray stored(const Tensor& tensor);
StoredArray stored(std::span<const double> values);  ///< [values.size()]
StoredArray stored(std::span<const std::uint64_t> values);
StoredArray stored(std::int64_t value);  ///< []

// A safetensors file (https://github.com/huggingface/safetensors, "Format") is
//
//   8 bytes   N, little-endian: the length of the header, at most 100 000 000
//   N bytes   {"__metadata__":{"key":"text",…},"name":{"dtype":"F64","shape":[2,3],"data_offsets":[0,48]},…}
//   the rest  the numbers, little-endian and row-major, each array at its offsets from here
//
// The header is JSON in UTF-8, begins with '{' and may end in blanks. No name comes twice, and the arrays
// cover the rest without overlap or hole. An array of numbers narrower than a byte fills whole bytes.

/// What a safetensors file holds.
struct Safetensors {
  std::map<std::string, StoredArray> arrays = {};
  std::map<std::string, std::string> metadata = {};
  std::string file = "safetensors";  ///< the file's name in errors

  // The numbers of one array, by StoredArray's function of the same name. Each throws FileError naming
  // the array if there is none, or if its dtype or shape is not one for which that function works.

  Tensor tensor(const std::string& name) const;
  std::vector<double> doubles(const std::string& name) const;
  std::vector<std::uint64_t> words(const std::string& name) const;
  std::int64_t integer(const std::string& name) const;
};

/// The bytes of a file, exactly those that the format's own library writes. Arrays are ordered by dtype, the
/// wider first, so that each is aligned in a file mapped into memory, and then by name. Throws
/// std::invalid_argument for a name or a text that is not UTF-8, an array called __metadata__, or one that
/// does not have as many bytes as its shape needs.
std::string format_safetensors(const Safetensors& contents);

/// Reads the bytes of a file; `file` is its name in errors. Throws FileError at the first fault. Whatever the
/// file says, it takes no more memory than a small multiple of the file's size.
Safetensors parse_safetensors(std::string_view bytes, const std::string& file = "safetensors");

/// The largest file that is read, in bytes.
inline constexpr std::size_t max_safetensors_bytes = std::size_t{1} << 31;

/// Reads a file. Throws FileError, also if the file cannot be opened.
Safetensors read_safetensors(const std::filesystem::path& path);

/// Writes a file as a whole. Throws as format_safetensors and write_file_atomically do.
void write_safetensors(const std::filesystem::path& path, const Safetensors& contents);

}  // namespace doxa
