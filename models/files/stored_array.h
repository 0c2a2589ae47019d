#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "doxa/autograd/tensor.h"

namespace doxa {

/// How the numbers of an array are stored: the kind and the bits of each. The order is that in which a
/// safetensors file stores its arrays.
enum class Dtype { u64, i64, f64, f32, u32, i32, u16, i16, i8, u8 };
inline constexpr std::size_t dtype_count = 10;

std::size_t byte_size(Dtype dtype);        ///< of one number
std::string_view dtype_name(Dtype dtype);  ///< "F64", as a file spells it

/// An array of any rank as a file stores it: its numbers are little-endian and row-major.
struct StoredArray {
  Dtype dtype = Dtype::f64;
  std::vector<std::uint64_t> shape = {};
  std::string bytes = {};

  bool operator==(const StoredArray&) const = default;
  std::string str() const;  ///< "F64 [2,3]"

  // The numbers of the array. Each function throws std::invalid_argument, "found F64 [2,3], expected …", unless
  // dtype and shape are those that are said beside it.

  Tensor tensor() const;                     ///< each rounded to Real; at most 4 axes
  std::vector<double> doubles() const;       ///< of dtype f64 and any shape
  std::vector<std::uint64_t> words() const;  ///< of dtype u64 and any shape
  std::int64_t integer() const;              ///< of dtype i64 and shape []
};

/// An array of the dtype that stands for the type of the numbers.
StoredArray stored(const Tensor& tensor);
StoredArray stored(std::span<const double> values);  ///< [values.size()]
StoredArray stored(std::span<const std::uint64_t> values);
StoredArray stored(std::int64_t value);  ///< []

}  // namespace doxa
