#pragma once

#include <string>
#include <string_view>

namespace doxa::support {

// Okabe and Ito's colour-blind-safe palette without yellow, which vanishes on white; blue and orange are
// darker on light pages and lighter on dark ones. Ink is the colour of the text.
enum class Color { blue, vermillion, green, purple, orange, ink };
enum class Dash { solid, dashed, dash_dot, dotted };
enum class Marker { circle, square, triangle, diamond, cross };

}  // namespace doxa::support

namespace doxa::support::svg {

// The <style> element of every picture: colours of text, axes and series on light and dark pages.
std::string style_sheet();

// The classes that give an element `color`: as its stroke "s-blue", as its fill "f-blue".
std::string stroke_class(Color color);
std::string fill_class(Color color);

// The value of stroke-dasharray for a line `width` px wide, empty for a solid line.
std::string dash_array(Dash dash, double width);

// "#rrggbb" at `position` in [0, 1] of the colour map viridis, which is perceptually uniform, dark to light.
std::string map_color(double position);

// Font sizes in px.
inline constexpr double title_size = 14;
inline constexpr double label_size = 12.5;
inline constexpr double tick_size = 11.5;

// Width of `text` in px at `font_size`; an estimate for the usual sans-serif fonts, rather too wide than too
// narrow.
double text_width(std::string_view text, double font_size);

}  // namespace doxa::support::svg
