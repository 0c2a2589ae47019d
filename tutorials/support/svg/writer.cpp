#include "support/svg/writer.h"

#include <algorithm>
#include <iterator>

#include "support/svg/theme.h"
#include "support/text.h"

namespace doxa::support::svg {

std::string px(double value) {
  std::string text = decimal(value, 2);
  text.erase(text.find_last_not_of('0') + 1);
  if (text.back() == '.') text.pop_back();
  return text;
}

std::string escape(std::string_view text) {
  constexpr std::pair<char, std::string_view> entities[] = {
      {'&', "&amp;"}, {'<', "&lt;"}, {'>', "&gt;"}, {'"', "&quot;"}};
  std::string result;
  for (const char c : valid_utf8(text)) {
    const auto entity = std::ranges::find(entities, c, &std::pair<char, std::string_view>::first);
    if (entity != std::end(entities))
      result += entity->second;
    else
      result += static_cast<unsigned char>(c) < 0x20 ? ' ' : c;  // XML 1.0 has no control characters
  }
  return result;
}

std::string element(std::string_view name, Attributes attributes, std::string_view content) {
  std::string text = "<" + std::string(name);
  for (const auto& [key, value] : attributes) {
    if (!value.empty()) text += " " + std::string(key) + "=\"" + escape(value) + "\"";
  }
  if (content.empty()) return text + "/>\n";
  return text + ">" + std::string(content) + "</" + std::string(name) + ">\n";
}

std::string text_element(Point at, std::string_view text, const TextStyle& style) {
  // A third of an em from the baseline up is the middle of a line of mixed text.
  const double baseline = 0.34 * style.size;
  const std::string turn =
      style.turn == 0 ? "" : "rotate(" + px(style.turn) + " " + px(at.x) + " " + px(at.y) + ")";
  return element("text",
                 {{"class", style.css_class},
                  {"x", px(at.x)},
                  {"y", px(at.y + baseline)},
                  {"font-size", px(style.size)},
                  {"text-anchor", style.anchor == "start" ? "" : std::string(style.anchor)},
                  {"transform", turn}},
                 escape(text));
}

std::string document(Point origin, double width, double height, std::string_view description,
                     std::string_view content) {
  const std::string body =
      "\n" + element("title", {}, escape(description)) + style_sheet() + std::string(content);
  return element("svg",
                 {{"xmlns", "http://www.w3.org/2000/svg"},
                  {"class", "doxa"},
                  {"role", "img"},
                  {"aria-label", std::string(description)},
                  {"width", px(width)},
                  {"height", px(height)},
                  {"viewBox", px(origin.x) + " " + px(origin.y) + " " + px(width) + " " + px(height)}},
                 body);
}

}  // namespace doxa::support::svg
