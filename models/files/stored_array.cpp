#include "doxa/models/files/safetensors.h"

#include <algorithm>
#include <array>
#include <bit>
#include <limits>
#include <stdexcept>
#include <type_traits>

namespace doxa {
namespace {

template <std::size_t size>
using Bits = std::conditional_t<
    size == 8, std::uint64_t,
    std::conditional_t<size == 4, std::uint32_t, std::conditional_t<size == 2, std::uint16_t, std::uint8_t>>>;

// Byte by byte, so that the order of bytes in this machine's numbers does not matter.
template <class T>
T load(const char* from) {
  Bits<sizeof(T)> bits = 0;
  for (std::size_t i = sizeof(T); i-- > 0;)
    bits = static_cast<Bits<sizeof(T)>>(std::uint64_t{bits} << 8 | static_cast<unsigned char>(from[i]));
  return std::bit_cast<T>(bits);
}

template <class T>
std::string bytes_of(std::span<const T> values) {
  std::string bytes;
  bytes.reserve(values.size() * sizeof(T));
  for (const T value : values) {
    const auto bits = std::bit_cast<Bits<sizeof(T)>>(value);
    for (std::size_t i = 0; i < sizeof(T); ++i)
      bytes += static_cast<char>(static_cast<unsigned char>(std::uint64_t{bits} >> (8 * i)));
  }
  return bytes;
}

template <class T, class To>
void load_all(const std::string& bytes, To* to) {
  for (std::size_t i = 0; i < bytes.size() / sizeof(T); ++i)
    to[i] = static_cast<To>(load<T>(bytes.data() + i * sizeof(T)));
}

struct Kind {
  std::string_view name;
  std::size_t bytes;
  void (*load)(const std::string& bytes, Real* to);
};
template <class T>
constexpr Kind kind(std::string_view name) {
  return {name, sizeof(T), load_all<T, Real>};
}
constexpr std::array<Kind, dtype_count> kinds = {kind<std::uint64_t>("U64"), kind<std::int64_t>("I64"),
                                                 kind<double>("F64"),        kind<float>("F32"),
                                                 kind<std::uint32_t>("U32"), kind<std::int32_t>("I32"),
                                                 kind<std::uint16_t>("U16"), kind<std::int16_t>("I16"),
                                                 kind<std::int8_t>("I8"),    kind<std::uint8_t>("U8")};

const Kind& kind_of(Dtype dtype) { return kinds[static_cast<std::size_t>(dtype)]; }

[[noreturn]] void refuse(const StoredArray& found, const std::string& expected) {
  throw std::invalid_argument("found " + found.str() + ", expected " + expected);
}

template <class T>
std::vector<T> numbers(const StoredArray& array, Dtype expected) {
  if (array.dtype != expected) refuse(array, std::string(dtype_name(expected)));
  std::vector<T> values(array.bytes.size() / sizeof(T));
  load_all<T>(array.bytes, values.data());
  return values;
}

}  // namespace

std::size_t byte_size(Dtype dtype) { return kind_of(dtype).bytes; }
std::string_view dtype_name(Dtype dtype) { return kind_of(dtype).name; }

std::string StoredArray::str() const {
  constexpr std::size_t most = 8;
  std::string text(dtype_name(dtype));
  for (std::size_t i = 0; i < std::min(most, shape.size()); ++i)
    text += (i ? "," : " [") + std::to_string(shape[i]);
  if (shape.empty()) text += " [";
  return text + (shape.size() > most ? ",...]" : "]");
}

Tensor StoredArray::tensor() const {
  if (shape.size() > Shape::max_rank) refuse(*this, "at most 4 axes");
  std::array<Index, Shape::max_rank> extents{};
  for (std::size_t i = 0; i < shape.size(); ++i) {
    if (shape[i] > static_cast<std::uint64_t>(std::numeric_limits<Index>::max()) / 8)
      refuse(*this, "a smaller extent");
    extents[i] = static_cast<Index>(shape[i]);
  }
  Shape of_tensor;
  try {
    of_tensor = Shape(extents.data(), static_cast<int>(shape.size()));
  } catch (const std::invalid_argument&) {
    refuse(*this, "smaller extents");
  }
  Tensor values(of_tensor);
  kind_of(dtype).load(bytes, values.data());
  return values;
}

std::vector<double> StoredArray::doubles() const { return numbers<double>(*this, Dtype::f64); }
std::vector<std::uint64_t> StoredArray::words() const { return numbers<std::uint64_t>(*this, Dtype::u64); }

std::int64_t StoredArray::integer() const {
  if (!shape.empty()) refuse(*this, "I64 []");
  return numbers<std::int64_t>(*this, Dtype::i64).at(0);
}

StoredArray stored(const Tensor& tensor) {
  StoredArray array{.dtype = sizeof(Real) == 8 ? Dtype::f64 : Dtype::f32, .bytes = bytes_of(tensor.span())};
  for (int i = 0; i < tensor.shape().rank(); ++i)
    array.shape.push_back(static_cast<std::uint64_t>(tensor.shape()[i]));
  return array;
}

StoredArray stored(std::span<const double> values) {
  return {.dtype = Dtype::f64, .shape = {values.size()}, .bytes = bytes_of(values)};
}

StoredArray stored(std::span<const std::uint64_t> values) {
  return {.dtype = Dtype::u64, .shape = {values.size()}, .bytes = bytes_of(values)};
}

StoredArray stored(std::int64_t value) {
  return {.dtype = Dtype::i64, .bytes = bytes_of(std::span<const std::int64_t>(&value, 1))};
}

}  // namespace doxa
