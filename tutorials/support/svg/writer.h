#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

#include "support/svg/path.h"

namespace doxa::support::svg {

using Attributes = std::initializer_list<std::pair<std::string_view, std::string>>;

// A length or coordinate with at most two decimals: "12.5", never "-0".
std::string px(double value);

// `text` as it may stand in XML: markup characters escaped, control characters and malformed bytes replaced.
std::string escape(std::string_view text);

// <name …>content</name>, or <name …/> without content. `content` is markup; empty attributes are left out.
std::string element(std::string_view name, Attributes attributes, std::string_view content = {});

// How a line of text stands at its point.
struct TextStyle {
  double size;
  std::string_view anchor = "start";  // start, middle or end
  std::string css_class = {};
  double turn = 0;  // degrees, clockwise
};

// A line of text whose vertical middle is at `at`.
std::string text_element(Point at, std::string_view text, const TextStyle& style);

// The whole document around `content`, `width` × `height` px with its upper left corner at `origin`.
std::string document(Point origin, double width, double height, std::string_view description,
                     std::string_view content);

}  // namespace doxa::support::svg
