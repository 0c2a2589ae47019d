#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace doxa {

/// What a file is where UTF-8 text was expected, and what to do about it: {"a gzip file", "gunzip it first"}.
struct ForeignContent {
  std::string what, advice;
};

/// Recognises, by their first bytes, compressed files, UTF-16 and UTF-32, XML (POMDPX among it), HTML, and
/// the pointer that Git LFS leaves in place of a file. Nothing for what may be text.
std::optional<ForeignContent> foreign_content(std::string_view bytes);

/// The text without the UTF-8 byte order mark that it may begin with.
std::string_view without_byte_order_mark(std::string_view text);

}  // namespace doxa
