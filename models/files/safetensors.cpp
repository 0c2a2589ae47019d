#include "doxa/models/files/safetensors.h"

#include <algorithm>
#include <array>
#include <bit>
#include <limits>
#include <stdexcept>
#include <type_traits>

#include "doxa/models/files/atomic_file.h"
#include "doxa/models/files/file_error.h"
#include "doxa/models/files/whole_file.h"

namespace doxa {
namespace {

constexpr std::array<std::string_view, 10> names = {"U64", "I64", "F64", "F32", "U32",
                                                    "I32", "U16", "I16", "I8",  "U8"};
constexpr std::array<std::size_t, 10> sizes = {8, 8, 8, 4, 4, 4, 2, 2, 1, 1};

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

void load_all(const StoredArray& from, Real* to) {
  switch (from.dtype) {
    case Dtype::f64:
      return load_all<double>(from.bytes, to);
    case Dtype::f32:
      return load_all<float>(from.bytes, to);
    case Dtype::i64:
      return load_all<std::int64_t>(from.bytes, to);
    case Dtype::u64:
      return load_all<std::uint64_t>(from.bytes, to);
    case Dtype::i32:
      return load_all<std::int32_t>(from.bytes, to);
    case Dtype::u32:
      return load_all<std::uint32_t>(from.bytes, to);
    case Dtype::i16:
      return load_all<std::int16_t>(from.bytes, to);
    case Dtype::u16:
      return load_all<std::uint16_t>(from.bytes, to);
    case Dtype::i8:
      return load_all<std::int8_t>(from.bytes, to);
    case Dtype::u8:
      return load_all<std::uint8_t>(from.bytes, to);
  }
}

const StoredArray& find(const Safetensors& in, const std::string& name) {
  const auto found = in.arrays.find(name);
  if (found == in.arrays.end())
    throw FileError(in.file, "found no array " + in_quotes(name) + ", expected one");
  return found->second;
}

template <class T>
std::vector<T> numbers(const Safetensors& in, const std::string& name, Dtype dtype) {
  const StoredArray& array = find(in, name);
  if (array.dtype != dtype)
    throw FileError(
        in.file, in_quotes(name) + ": found " + array.str() + ", expected " + std::string(dtype_name(dtype)));
  std::vector<T> values(array.bytes.size() / sizeof(T));
  load_all<T>(array.bytes, values.data());
  return values;
}

}  // namespace

std::size_t byte_size(Dtype dtype) { return sizes[static_cast<std::size_t>(dtype)]; }
std::string_view dtype_name(Dtype dtype) { return names[static_cast<std::size_t>(dtype)]; }

std::string StoredArray::str() const {
  constexpr std::size_t most = 8;
  std::string text(dtype_name(dtype));
  for (std::size_t i = 0; i < std::min(most, shape.size()); ++i)
    text += (i ? "," : " [") + std::to_string(shape[i]);
  if (shape.empty()) text += " [";
  return text + (shape.size() > most ? ",...]" : "]");
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

Tensor Safetensors::tensor(const std::string& name) const {
  const StoredArray& array = find(*this, name);
  const auto refuse = [&](const std::string& expected) {
    throw FileError(file, in_quotes(name) + ": found " + array.str() + ", expected " + expected);
  };
  if (array.shape.size() > Shape::max_rank) refuse("at most 4 axes");
  std::array<Index, Shape::max_rank> extents{};
  for (std::size_t i = 0; i < array.shape.size(); ++i) {
    if (array.shape[i] > static_cast<std::uint64_t>(std::numeric_limits<Index>::max()) / 8)
      refuse("a smaller extent");
    extents[i] = static_cast<Index>(array.shape[i]);
  }
  Shape shape;
  try {
    shape = Shape(extents.data(), static_cast<int>(array.shape.size()));
  } catch (const std::invalid_argument&) {
    refuse("smaller extents");
  }
  Tensor values(shape);
  load_all(array, values.data());
  return values;
}

std::vector<double> Safetensors::doubles(const std::string& name) const {
  return numbers<double>(*this, name, Dtype::f64);
}

std::vector<std::uint64_t> Safetensors::words(const std::string& name) const {
  return numbers<std::uint64_t>(*this, name, Dtype::u64);
}

Safetensors read_safetensors(const std::filesystem::path& path) {
  return parse_safetensors(read_whole_file(path, ".safetensors file", max_safetensors_bytes), path.string());
}

void write_safetensors(const std::filesystem::path& path, const Safetensors& contents) {
  write_file_atomically(path, format_safetensors(contents));
}

}  // namespace doxa
