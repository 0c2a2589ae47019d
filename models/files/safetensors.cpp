#include "doxa/models/files/safetensors.h"

#include <algorithm>
#include <limits>
#include <optional>
#include <set>
#include <stdexcept>
#include <tuple>
#include <utility>

#include "doxa/autograd/internal/json_text.h"
#include "doxa/models/files/file.h"
#include "doxa/models/files/json.h"
#include "doxa/models/files/utf8.h"

namespace doxa {
namespace {

constexpr std::string_view metadata_key = "__metadata__";
constexpr std::size_t length_bytes = 8, alignment = 8, most_header_bytes = 100'000'000, most_axes = 64;

using Shape64 = std::vector<std::uint64_t>;

// The number of bits that a shape needs; nothing if it overflows.
std::optional<std::uint64_t> bits_in(Dtype dtype, const Shape64& shape) {
  std::uint64_t bits = 1;
  const auto multiply = [&](std::uint64_t by) {
    if (by > 0 && bits > std::numeric_limits<std::uint64_t>::max() / by) return false;
    bits *= by;
    return true;
  };
  for (const std::uint64_t extent : shape)
    if (!multiply(extent)) return {};
  if (!multiply(bit_size(dtype))) return {};
  return bits;
}

std::string bytes(std::uint64_t n) { return std::to_string(n) + (n == 1 ? " byte" : " bytes"); }

// What the header says about one array.
struct Entry {
  std::string name;
  Dtype dtype;
  Shape64 shape;
  std::uint64_t begin, end;
};

class Header {
 public:
  Header(std::string_view text, const std::string& file) : reader_(text, length_bytes, file) {}

  std::vector<Entry> read(std::map<std::string, std::string>& metadata) {
    std::vector<Entry> entries;
    std::set<std::string> seen;
    reader_.object("the header", [&](const std::string& key, std::size_t place) {
      if (!seen.insert(key).second) twice("name", key, place);
      if (key == metadata_key)
        read_metadata(metadata);
      else
        entries.push_back(entry(key, place));
    });
    reader_.expect_end();
    return entries;
  }

 private:
  [[noreturn]] void twice(const std::string& what, const std::string& key, std::size_t place) const {
    reader_.refuse(place, "the " + what + " " + in_quotes(key) + " twice", "each once");
  }

  void read_metadata(std::map<std::string, std::string>& metadata) {
    reader_.object("the object __metadata__", [&](const std::string& key, std::size_t place) {
      if (!metadata.emplace(key, reader_.string("a text in __metadata__")).second) twice("key", key, place);
    });
  }

  Shape64 whole_numbers(const char* what, std::size_t most) {
    Shape64 all;
    reader_.expect('[', what);
    if (reader_.accept(']')) return all;
    do {
      if (all.size() == most)
        reader_.refuse(reader_.place(), "more than " + std::to_string(most) + " numbers", what);
      all.push_back(reader_.whole_number(what));
    } while (reader_.accept(','));
    reader_.expect(']', "or a comma");
    return all;
  }

  Dtype dtype() {
    const std::size_t place = reader_.place();
    const std::string found = reader_.string("a dtype");
    std::string expected;
    for (std::size_t i = 0; i < dtype_count; ++i) {
      const Dtype d{static_cast<int>(i)};
      if (found == dtype_name(d)) return d;
      expected += (expected.empty() ? "one of " : ", ") + std::string(dtype_name(d));
    }
    reader_.refuse(place, "the dtype " + in_quotes(found), expected);
  }

  Entry entry(const std::string& name, std::size_t place) {
    std::optional<Dtype> d;
    std::optional<Shape64> shape, offsets;
    const char* const three = "dtype, shape and data_offsets, each once";
    reader_.object("the object of an array", [&](const std::string& key, std::size_t at) {
      if (key == "dtype" && !d)
        d = dtype();
      else if (key == "shape" && !shape)
        shape = whole_numbers("the whole numbers of a shape, at most 64", most_axes);
      else if (key == "data_offsets" && !offsets)
        offsets = whole_numbers("two whole numbers, the data_offsets", 2);
      else
        reader_.refuse(at, "the key " + in_quotes(key), three);
    });
    if (!d || !shape || !offsets)
      reader_.refuse(place,
                     std::string("no ") +
                         (!d       ? "dtype"
                          : !shape ? "shape"
                                   : "data_offsets") +
                         " of " + in_quotes(name),
                     three);
    if (offsets->size() != 2)
      reader_.refuse(place, std::to_string(offsets->size()) + " data_offsets of " + in_quotes(name), "two");
    return {name, *d, std::move(*shape), (*offsets)[0], (*offsets)[1]};
  }

  JsonReader reader_;
};

// Refuses arrays that do not cover the buffer one after the other, or that have another number of bytes than
// their shape needs.
void check_layout(std::vector<Entry>& entries, std::uint64_t buffer, const std::string& file) {
  std::sort(entries.begin(), entries.end(), [](const Entry& a, const Entry& b) {
    return std::tie(a.begin, a.end, a.name) < std::tie(b.begin, b.end, b.name);
  });
  std::uint64_t reached = 0;
  for (const Entry& e : entries) {
    const auto refuse = [&](const std::string& found, const std::string& expected) {
      throw FileError(file, in_quotes(e.name) + ": found " + found + ", expected " + expected);
    };
    const std::string offsets =
        "data_offsets [" + std::to_string(e.begin) + "," + std::to_string(e.end) + "]";
    if (e.end < e.begin) refuse(offsets, "them in order");
    if (e.end > buffer) refuse(offsets, "them within the file's " + bytes(buffer) + " of data");
    if (e.begin != reached)
      refuse(offsets + (e.begin < reached ? ", which overlap those of another array" : ", after a hole"),
             "them to begin at " + std::to_string(reached));
    const std::optional<std::uint64_t> bits = bits_in(e.dtype, e.shape);
    const std::string array = StoredArray{.dtype = e.dtype, .shape = e.shape}.str();
    if (!bits) refuse(array, "fewer numbers than 64 bits can count the bits of");
    if (*bits % 8 != 0) refuse(array + " of " + std::to_string(*bits) + " bits", "a whole number of bytes");
    if (e.end - e.begin != *bits / 8) refuse(array + " in " + bytes(e.end - e.begin), bytes(*bits / 8));
    reached = e.end;
  }
  if (reached != buffer)
    throw FileError(
        file, "found " + bytes(buffer) + " of data, expected " + bytes(reached) + ", as the header says");
}

std::uint64_t header_length(std::string_view all, const std::string& file) {
  if (all.size() < length_bytes)
    throw FileError(file, "found " + bytes(all.size()) + ", expected at least 8, the length of the header");
  std::uint64_t length = 0;
  for (std::size_t i = length_bytes; i-- > 0;) length = length << 8 | static_cast<unsigned char>(all[i]);
  const auto refuse = [&](const std::string& expected) {
    throw FileError(file, "found a header of " + bytes(length) + ", expected " + expected);
  };
  if (length > most_header_bytes) refuse("at most " + std::to_string(most_header_bytes));
  if (length > all.size() - length_bytes)
    refuse("at most " + std::to_string(all.size() - length_bytes) + ", which follow its length");
  return length;
}

// The numbers of one array; errors name it and the file.
template <class Numbers>
Numbers read(const Safetensors& in, const std::string& name, Numbers (StoredArray::*numbers)() const) {
  const auto found = in.arrays.find(name);
  if (found == in.arrays.end())
    throw FileError(in.file, "found no array " + in_quotes(name) + ", expected one");
  try {
    return (found->second.*numbers)();
  } catch (const std::invalid_argument& error) {
    throw FileError(in.file, in_quotes(name) + ": " + error.what());
  }
}

}  // namespace

Tensor Safetensors::tensor(const std::string& name) const { return read(*this, name, &StoredArray::tensor); }
std::vector<double> Safetensors::doubles(const std::string& name) const {
  return read(*this, name, &StoredArray::doubles);
}
std::vector<std::uint64_t> Safetensors::words(const std::string& name) const {
  return read(*this, name, &StoredArray::words);
}
std::int64_t Safetensors::integer(const std::string& name) const {
  return read(*this, name, &StoredArray::integer);
}

Safetensors parse_safetensors(std::string_view all, const std::string& file) {
  const auto length = static_cast<std::size_t>(header_length(all, file));
  const std::string_view header = all.substr(length_bytes, length);
  if (!header.starts_with('{')) {
    const JsonReader reader(header, length_bytes, file);
    reader.refuse(length_bytes, header.empty() ? "an empty header" : "a header that begins otherwise", "'{'");
  }
  Safetensors contents;
  contents.file = file;
  std::vector<Entry> entries = Header(header, file).read(contents.metadata);
  const std::string_view buffer = all.substr(length_bytes + length);
  check_layout(entries, buffer.size(), file);
  for (Entry& e : entries) {
    const auto begin = static_cast<std::size_t>(e.begin), end = static_cast<std::size_t>(e.end);
    contents.arrays.emplace(std::move(e.name),
                            StoredArray{.dtype = e.dtype,
                                        .shape = std::move(e.shape),
                                        .bytes = std::string(buffer.substr(begin, end - begin))});
  }
  return contents;
}

std::string format_safetensors(const Safetensors& contents) {
  using Named = std::pair<const std::string, StoredArray>;
  std::vector<const Named*> ordered;
  for (const Named& named : contents.arrays) {
    const auto& [name, array] = named;
    if (name == metadata_key)
      throw std::invalid_argument("safetensors: an array cannot be called __metadata__");
    if (array.shape.size() > most_axes ||
        bits_in(array.dtype, array.shape) != std::uint64_t{8} * array.bytes.size())
      throw std::invalid_argument("safetensors: " + name + ": " + array.str() + " in " +
                                  bytes(array.bytes.size()));
    ordered.push_back(&named);
  }
  std::stable_sort(ordered.begin(), ordered.end(),
                   [](const Named* a, const Named* b) { return a->second.dtype < b->second.dtype; });

  std::string header = "{";
  const auto separate = [&] { header += header.back() == '{' ? "" : ","; };
  if (!contents.metadata.empty()) {
    header += "\"__metadata__\":{";
    for (const auto& [key, text] : contents.metadata) {
      separate();
      header += json_string(key) + ":" + json_string(text);
    }
    header += '}';
  }
  std::uint64_t offset = 0;
  for (const Named* named : ordered) {
    const auto& [name, array] = *named;
    separate();
    header += json_string(name) + ":{\"dtype\":\"" + std::string(dtype_name(array.dtype)) + "\",\"shape\":[";
    for (std::size_t i = 0; i < array.shape.size(); ++i)
      header += (i ? "," : "") + std::to_string(array.shape[i]);
    header += "],\"data_offsets\":[" + std::to_string(offset) + ",";
    offset += array.bytes.size();
    header += std::to_string(offset) + "]}";
  }
  header += '}';
  if (valid_utf8_length(header) != header.size())
    throw std::invalid_argument("safetensors: a name or a text that is not UTF-8");
  header.append((alignment - header.size() % alignment) % alignment, ' ');
  if (header.size() > most_header_bytes)
    throw std::invalid_argument("safetensors: a header of " + bytes(header.size()) + ", at most " +
                                std::to_string(most_header_bytes) + " are allowed");

  std::string all;
  all.reserve(length_bytes + header.size() + static_cast<std::size_t>(offset));
  for (std::size_t i = 0; i < length_bytes; ++i)
    all += static_cast<char>(static_cast<unsigned char>(std::uint64_t{header.size()} >> (8 * i)));
  all += header;
  for (const Named* named : ordered) all += named->second.bytes;
  return all;
}

Safetensors read_safetensors(const std::filesystem::path& path) {
  return parse_safetensors(read_whole_file(path, ".safetensors file", max_safetensors_bytes), path.string());
}

void write_safetensors(const std::filesystem::path& path, const Safetensors& contents) {
  write_file_atomically(path, format_safetensors(contents));
}

}  // namespace doxa
