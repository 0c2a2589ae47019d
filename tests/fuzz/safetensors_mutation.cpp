#include <algorithm>
#include <cstdint>
#include <vector>

#include "doxa/models/files/file.h"
#include "doxa/models/files/safetensors.h"
#include "fuzz.h"
#include "mutation.h"
#include "tests/support/safetensors_bytes.h"

namespace doxa::fuzz {
namespace {

const std::vector<std::string_view> safetensors_words = split(
    "{|}|[|]|:|,|\"|\\| |\n|\"__metadata__\"|\"dtype\"|\"shape\"|\"data_offsets\"|dtype|shape|"
    "data_offsets|__metadata__|F64|F32|I64|U64|I32|U8|BF16|F16|F8_E4M3|F4|BOOL|\"F32\"|\"U64\"|\\u0041|"
    "\\ud83d\\ude00|\\ud800|\\n|\xc3\xa9|\xed\xa0\x80|\xff|null|true|{}|[]|[[[[|\"w\"|\"step\"|"
    "width|doxa");
const std::vector<std::string_view> safetensors_numbers = split(
    "0|1|2|3|4|8|16|24|32|48|56|64|-1|1.0|1e3|01|255|65536|4294967296|9223372036854775807|"
    "9223372036854775808|18446744073709551615|18446744073709551616|2305843009213693952");
const std::vector<std::string_view> safetensors_sizes = split("1000000|100000000|1000000000000");

// Behind the header's first '{', so that it is well-formed if the header was and its names are others.
void add_entry(std::string& header, Dice& dice) {
  const std::string name(dice.one_of({"a", "b", "w", "copy/best/w", "series/curve", "\\u00e9"}));
  const std::string dtype(dice.one_of({"F64", "F32", "U64", "I8", "F16", "F4", "BOOL"}));
  const std::string at(dice.one_of({"0", "8", "16", "24"})), next(dice.one_of({"8", "16", "24", "32"}));
  std::string entry;
  switch (dice.below(6)) {
    case 0:
      entry = "\"__metadata__\":{\"" + name + "\":\"" + dtype + "\"}";
      break;
    case 1:
      entry = "\"" + name + "\":{\"dtype\":\"" + dtype + "\",\"shape\":[1],\"data_offsets\":[" + at + "," +
              next + "]}";
      break;
    default:  // an empty one, which fits at the bounds of others
      entry = "\"" + name + "\":{\"data_offsets\":[" + at + "," + at + "],\"shape\":[" +
              std::string(dice.one_of({"0", "0,3", "2,0", "1,1,1,1,0"})) + "],\"dtype\":\"" + dtype + "\"}";
  }
  const std::size_t begin = header.find('{');
  if (begin == std::string::npos) {
    header += "{" + entry + "}";
    return;
  }
  const bool alone = header.find('"', begin) == std::string::npos;
  header.insert(begin + 1, entry + (alone ? "" : ","));
}

const Format safetensors_format{.words = safetensors_words,
                                .numbers = safetensors_numbers,
                                .sizes = safetensors_sizes,
                                .token_ends = " \n\r\t:,{}[]\"",
                                .line_ends = "}",
                                .add_entry = add_entry};

constexpr std::size_t length_bytes = 8;

// The header as long as the file says it is, or as it can be.
std::string header_of(const std::string& file) {
  std::uint64_t length = 0;
  for (std::size_t i = std::min(length_bytes, file.size()); i-- > 0;)
    length = length << 8 | static_cast<unsigned char>(file[i]);
  return file.size() <= length_bytes ? "" : file.substr(length_bytes, static_cast<std::size_t>(length));
}

bool is_read(const std::string& file) {
  try {
    parse_safetensors(file);
    return true;
  } catch (const FileError&) {
    return false;
  }
}

// Mostly one that is read: one that is refused mostly goes on to be refused for the same reason.
const std::string& base_of(std::span<const std::string> corpus, Dice& dice) {
  constexpr int tries = 8;
  for (int i = 0; i < tries; ++i)
    if (const std::string& file = any_of(corpus, dice); is_read(file)) return file;
  return any_of(corpus, dice);
}

}  // namespace

std::string mutate_safetensors(std::span<const std::string> corpus, Philox& random) {
  Dice dice(random);
  const std::string& file = base_of(corpus, dice);
  if (dice.below(6) == 0) return mutate(file, corpus, safetensors_format, dice);

  std::vector<std::string> headers;
  for (const std::string& other : corpus) headers.push_back(header_of(other));
  const std::string old_header = header_of(file);
  const std::string header = mutate(old_header, headers, safetensors_format, dice);
  std::string data = file.size() <= length_bytes ? "" : file.substr(length_bytes + old_header.size());
  if (dice.below(8) == 0) data.resize(dice.below(2 * data.size() + 9), 'x');
  if (!data.empty() && dice.below(4) == 0) {
    const auto bit = static_cast<char>(1 << dice.below(8));
    data[dice.below(data.size())] ^= bit;
  }
  if (dice.below(16) == 0) return file.substr(0, length_bytes) + header + data;
  return testing::file(header, data);
}

}  // namespace doxa::fuzz
