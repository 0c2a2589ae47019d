#include "doxa/models/files/foreign_content.h"

namespace doxa {
namespace {

using namespace std::string_view_literals;

struct Signature {
  std::string_view bytes;
  const char *what, *advice;
};
// UTF-32 comes before UTF-16, whose mark it begins with.
constexpr Signature signatures[] = {
    {"\x1f\x8b"sv, "a gzip file", "gunzip it first"},
    {"\x1f\x9d"sv, "a file of compress", "uncompress it first"},
    {"\x42\x5a\x68"sv, "a bzip2 file", "bunzip2 it first"},
    {"\xfd\x37\x7a\x58\x5a\0"sv, "an xz file", "unxz it first"},
    {"\x28\xb5\x2f\xfd"sv, "a Zstandard file", "unzstd it first"},
    {"\x50\x4b\x03\x04"sv, "a ZIP archive, which spreadsheets are as well", "unzip it, or save it as text"},
    {"\xff\xfe\0\0"sv, "UTF-32", "save it as UTF-8"},
    {"\0\0\xfe\xff"sv, "UTF-32", "save it as UTF-8"},
    {"\xff\xfe"sv, "UTF-16", "save it as UTF-8"},
    {"\xfe\xff"sv, "UTF-16", "save it as UTF-8"},
    {"version https://git-lfs"sv, "a pointer of Git LFS", "git lfs pull fetches the file"},
};

// Letters and zeros by turns, as in UTF-16 without a byte order mark.
bool has_zeros_of_utf16(std::string_view bytes) {
  const auto zero = [&](std::size_t i) { return bytes[i] == '\0'; };
  return bytes.size() >= 4 && zero(0) == zero(2) && zero(1) == zero(3) && zero(0) != zero(1);
}

std::string lower_case_beginning(std::string_view text) {
  std::string lower(text.substr(0, 4096));
  for (char& c : lower)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + ('a' - 'A'));
  return lower;
}

}  // namespace

std::optional<ForeignContent> foreign_content(std::string_view bytes) {
  for (const auto& [signature, what, advice] : signatures)
    if (bytes.starts_with(signature)) return ForeignContent{what, advice};
  if (has_zeros_of_utf16(bytes)) return ForeignContent{"UTF-16", "save it as UTF-8"};
  const std::string_view text = without_byte_order_mark(bytes);
  const std::size_t first = text.find_first_not_of(" \t\r\n");
  if (first == text.npos || text[first] != '<') return {};
  const std::string beginning = lower_case_beginning(text.substr(first));
  if (beginning.find("<pomdpx") != beginning.npos)
    return ForeignContent{"POMDPX, an XML format", "convert it to Cassandra's .pomdp format first"};
  if (beginning.find("<html") != beginning.npos || beginning.find("<!doctype html") != beginning.npos)
    return ForeignContent{"an HTML page", "download the file itself"};
  if (beginning.starts_with("<?xml")) return ForeignContent{"XML", "convert it first"};
  return {};
}

std::string_view without_byte_order_mark(std::string_view text) {
  return text.starts_with("\xEF\xBB\xBF") ? text.substr(3) : text;
}

}  // namespace doxa
