#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <limits>
#include <stdexcept>
#include <type_traits>

#include "doxa/autograd/internal/number_text.h"
#include "doxa/models/files/safetensors.h"

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

// How a format narrower than float spends its bits, below the sign: with an exponent of all ones infinity and
// NaN, as in IEEE 754, or else NaN alone, with a mantissa of all ones.
struct NarrowFloat {
  int exponent_bits, mantissa_bits;
  bool has_infinity;
};

// Exact: each of these numbers is a float.
double value_of(std::uint64_t bits, NarrowFloat format) {
  const std::uint64_t ones_of_mantissa = (1u << format.mantissa_bits) - 1;
  const std::uint64_t mantissa = bits & ones_of_mantissa;
  const int ones_of_exponent = (1 << format.exponent_bits) - 1;
  const int exponent = static_cast<int>(bits >> format.mantissa_bits) & ones_of_exponent;
  const bool negative = bits >> (format.exponent_bits + format.mantissa_bits) & 1;
  double value = 0;
  if (exponent == ones_of_exponent && (format.has_infinity || mantissa == ones_of_mantissa)) {
    value = format.has_infinity && mantissa == 0 ? std::numeric_limits<double>::infinity()
                                                 : std::numeric_limits<double>::quiet_NaN();
  } else {  // exponent 0: without the leading 1, with the exponent of 1
    const std::uint64_t significand = exponent > 0 ? mantissa + ones_of_mantissa + 1 : mantissa;
    const int bias = ones_of_exponent / 2 + format.mantissa_bits;
    value = std::ldexp(static_cast<double>(significand), std::max(exponent, 1) - bias);
  }
  return negative ? -value : value;
}

template <class T, NarrowFloat format>
void load_narrow(const std::string& bytes, Real* to) {
  for (std::size_t i = 0; i < bytes.size() / sizeof(T); ++i)
    to[i] = static_cast<Real>(value_of(load<T>(bytes.data() + i * sizeof(T)), format));
}

void load_boolean(const std::string& bytes, Real* to) {
  for (std::size_t i = 0; i < bytes.size(); ++i) to[i] = bytes[i] ? Real{1} : Real{0};
}

struct Kind {
  std::string_view name;
  std::size_t bits;
  void (*load)(const std::string& bytes, Real* to);  // nullptr: bytes only
};
template <class T>
constexpr Kind kind(std::string_view name) {
  return {name, 8 * sizeof(T), load_all<T, Real>};
}
template <class T, NarrowFloat format>
constexpr Kind narrow(std::string_view name) {
  return {name, 8 * sizeof(T), load_narrow<T, format>};
}
// F8_E5M2 and F8_E4M3 as in Micikevicius et al., "FP8 formats for deep learning" (2022), table 1.
constexpr std::array<Kind, dtype_count> kinds = {kind<std::uint64_t>("U64"),
                                                 kind<std::int64_t>("I64"),
                                                 kind<double>("F64"),
                                                 Kind{"C64", 64, nullptr},
                                                 kind<float>("F32"),
                                                 kind<std::uint32_t>("U32"),
                                                 kind<std::int32_t>("I32"),
                                                 narrow<std::uint16_t, NarrowFloat{8, 7, true}>("BF16"),
                                                 narrow<std::uint16_t, NarrowFloat{5, 10, true}>("F16"),
                                                 kind<std::uint16_t>("U16"),
                                                 kind<std::int16_t>("I16"),
                                                 Kind{"F8_E5M2FNUZ", 8, nullptr},
                                                 Kind{"F8_E4M3FNUZ", 8, nullptr},
                                                 Kind{"F8_E8M0", 8, nullptr},
                                                 narrow<std::uint8_t, NarrowFloat{4, 3, false}>("F8_E4M3"),
                                                 narrow<std::uint8_t, NarrowFloat{5, 2, true}>("F8_E5M2"),
                                                 kind<std::int8_t>("I8"),
                                                 kind<std::uint8_t>("U8"),
                                                 Kind{"F6_E3M2", 6, nullptr},
                                                 Kind{"F6_E2M3", 6, nullptr},
                                                 Kind{"F4", 4, nullptr},
                                                 Kind{"BOOL", 8, load_boolean}};

const Kind& kind_of(Dtype dtype) { return kinds[static_cast<std::size_t>(dtype)]; }

[[noreturn]] void refuse(const StoredArray& found, const std::string& expected) {
  throw std::invalid_argument("found " + found.str() + ", expected " + expected);
}

// In single precision a large double would become infinite.
void require_in_range(const StoredArray& array, std::span<const Real> rounded) {
  for (std::size_t i = 0; i < rounded.size(); ++i)
    if (const auto x = load<double>(array.bytes.data() + i * sizeof(double));
        std::isinf(rounded[i]) && !std::isinf(x))
      refuse(array, "numbers within the range of single precision, not " + to_text(x));
}

template <class T>
std::vector<T> numbers(const StoredArray& array, Dtype expected) {
  if (array.dtype != expected) refuse(array, std::string(dtype_name(expected)));
  std::vector<T> values(array.bytes.size() / sizeof(T));
  load_all<T>(array.bytes, values.data());
  return values;
}

}  // namespace

std::size_t bit_size(Dtype dtype) { return kind_of(dtype).bits; }
std::string_view dtype_name(Dtype dtype) { return kind_of(dtype).name; }
bool converts(Dtype dtype) { return kind_of(dtype).load != nullptr; }

std::string StoredArray::str() const {
  constexpr std::size_t most = 8;
  std::string text(dtype_name(dtype));
  for (std::size_t i = 0; i < std::min(most, shape.size()); ++i)
    text += (i ? "," : " [") + std::to_string(shape[i]);
  if (shape.empty()) text += " [";
  return text + (shape.size() > most ? ",...]" : "]");
}

Tensor StoredArray::tensor() const {
  if (!converts(dtype)) refuse(*this, "a dtype that converts to real numbers, such as F64, F32, F16 or BF16");
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
  if (dtype == Dtype::f64 && sizeof(Real) < sizeof(double)) require_in_range(*this, values.span());
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
