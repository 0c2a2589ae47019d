#include "support/svg/theme.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "support/svg/writer.h"
#include "support/text.h"

namespace doxa::support::svg {
namespace {

struct Shade {
  std::string_view name;
  std::string_view light;  // on white
  std::string_view dark;   // on near-black
};

// In the order of Color. Every shade has a contrast of at least 3:1 with its page.
constexpr std::array<Shade, 6> palette = {{{"blue", "#0072b2", "#56b4e9"},
                                           {"vermillion", "#d55e00", "#e8743b"},
                                           {"green", "#009e73", "#20b88c"},
                                           {"purple", "#b8609a", "#cc79a7"},
                                           {"orange", "#bf8300", "#e69f00"},
                                           {"ink", "#1f2328", "#e6edf3"}}};

std::string series_rules(std::string_view Shade::*shade) {
  std::string rules;
  for (const Shade& color : palette) {
    const std::string name(color.name);
    const std::string value(color.*shade);
    rules += ".doxa .s-" + name + "{stroke:" + value + "}.doxa .f-" + name + "{fill:" + value + "}\n";
  }
  return rules;
}

std::string surface_rules(const std::string& page, const std::string& ink, const std::string& axis,
                          const std::string& grid) {
  return ".doxa text{fill:" + ink + "}.doxa .quiet{fill:" + axis + "}.doxa .axis{stroke:" + axis +
         "}.doxa .grid{stroke:" + grid + "}.doxa .page{fill:" + page + "}.doxa .halo{stroke:" + page + "}\n";
}

}  // namespace

std::string style_sheet() {
  return "<style>\n"
         ".doxa text{font-family:system-ui,-apple-system,'Segoe UI',Roboto,Helvetica,Arial,sans-serif}\n"
         ".doxa .axis,.doxa .grid,.doxa .line{fill:none}\n"
         ".doxa .line{stroke-linejoin:round}\n"
         ".doxa .title{font-weight:600}\n"
         ".doxa .halo{stroke-width:3.5px;stroke-linejoin:round;paint-order:stroke}\n" +
         surface_rules("#fff", "#1f2328", "#59636e", "#e3e7ec") + series_rules(&Shade::light) +
         "@media (prefers-color-scheme:dark){\n" + surface_rules("#0d1117", "#e6edf3", "#9ba4ae", "#2b3138") +
         series_rules(&Shade::dark) + "}\n</style>\n";
}

std::string stroke_class(Color color) {
  return "s-" + std::string(palette[static_cast<std::size_t>(color)].name);
}
std::string fill_class(Color color) {
  return "f-" + std::string(palette[static_cast<std::size_t>(color)].name);
}

std::string dash_array(Dash dash, double width) {
  const auto lengths = [width](std::initializer_list<double> units) {
    std::string text;
    for (const double unit : units) text += (text.empty() ? "" : " ") + px(unit * width);
    return text;
  };
  switch (dash) {
    case Dash::solid:
      return "";
    case Dash::dashed:
      return lengths({4, 2});
    case Dash::dash_dot:
      return lengths({5, 1.8, 1.2, 1.8});
    case Dash::dotted:
      return lengths({1.2, 1.6});
  }
  return "";
}

std::string map_color(double position) {
  // Viridis (van der Walt and Smith, 2015) at equal distances; linear interpolation between them is
  // invisible.
  constexpr std::array<std::array<int, 3>, 11> anchors = {{{68, 1, 84},
                                                           {72, 36, 117},
                                                           {65, 68, 135},
                                                           {53, 95, 141},
                                                           {42, 120, 142},
                                                           {33, 145, 140},
                                                           {34, 168, 132},
                                                           {68, 191, 112},
                                                           {122, 209, 81},
                                                           {189, 223, 38},
                                                           {253, 231, 37}}};
  const double place = std::clamp(position, 0.0, 1.0) * (anchors.size() - 1);
  const auto i = std::min(static_cast<std::size_t>(place), anchors.size() - 2);
  const double part = place - static_cast<double>(i);
  constexpr std::string_view hexadecimal = "0123456789abcdef";
  std::string color = "#";
  for (std::size_t channel = 0; channel < 3; ++channel) {
    const double value = anchors[i][channel] + part * (anchors[i + 1][channel] - anchors[i][channel]);
    const auto byte = static_cast<std::size_t>(std::lround(value));
    color += hexadecimal[byte >> 4];
    color += hexadecimal[byte & 15];
  }
  return color;
}

double text_width(std::string_view text, double font_size) {
  constexpr std::string_view narrow = "fijlrtI.,:;'|!()[]{}/ -";
  constexpr std::string_view wide = "mwMW@%&";
  double em = 0;
  for_each_code_point(text, [&](char32_t c) {
    const bool ascii = c < 0x80;
    const char letter = ascii ? static_cast<char>(c) : 'n';
    const bool superscript = (c >= 0x2070 && c <= 0x209C) || c == 0xB9 || c == 0xB2 || c == 0xB3;
    if (superscript)
      em += 0.42;
    else if (narrow.find(letter) != std::string_view::npos)
      em += 0.36;
    else if (wide.find(letter) != std::string_view::npos)
      em += 0.9;
    else if (letter >= 'A' && letter <= 'Z')
      em += 0.7;
    else
      em += 0.61;
  });
  return em * font_size;
}

}  // namespace doxa::support::svg
