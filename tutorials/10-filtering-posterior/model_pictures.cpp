#include <array>

#include "sections.h"
#include "support/diagram.h"

using namespace doxa::support;

namespace {

// Three steps. Solid arrows are the model's, dashed ones what q looks at besides.
Diagram three_steps(bool summary) {
  Diagram picture(summary
                      ? "Three steps of the recurrent variant: a summary h computed from latents and actions"
                      : "Three steps of the Markov model, and what its posterior looks at");
  constexpr std::array at = {"₀", "₁", "₂", "₃"};
  const NodeStyle seen{.color = Color::ink, .filled = true},
      drawn{.color = Color::vermillion, .shape = NodeShape::ellipse, .filled = true},
      computed{.color = Color::blue, .filled = true};
  const ArrowStyle of_q{.color = Color::vermillion, .dash = Dash::dashed, .bend = 9};
  std::size_t s_before = picture.node(0, 110, "s₀ = 0", {.shape = NodeShape::plain}), h_before = 0;
  if (summary) h_before = picture.node(0, 0, "h₀ = 0", {.shape = NodeShape::plain});
  for (std::size_t k = 1; k <= 3; ++k) {
    const double x = 190 * static_cast<double>(k);
    const std::size_t s = picture.node(x, 110, std::string("s") + at[k], drawn),
                      o = picture.node(x, 250, std::string("o") + at[k], seen),
                      a = picture.node(x - 95, 185, std::string("a") + at[k - 1], seen);
    picture.arrow(s_before, s);
    picture.arrow(a, s);
    picture.arrow(a, o);
    picture.arrow(s, o, {}, {.bend = 9});
    picture.arrow(o, s, {}, of_q);
    if (summary) {
      const std::size_t h = picture.node(x, 0, std::string("h") + at[k], computed);
      const ArrowStyle blue{.color = Color::blue};
      picture.arrow(h_before, h, {}, blue);
      picture.arrow(s_before, h, {}, blue);
      picture.arrow(a, h, {}, {.color = Color::blue, .bend = 14});
      picture.arrow(h, s, {}, blue);
      picture.arrow(h, o, {}, {.color = Color::blue, .bend = 44});
      h_before = h;
    }
    s_before = s;
  }
  return picture;
}

}  // namespace

void draw_models(Chapter& chapter) {
  chapter.figure("markov", three_steps(false));
  chapter.figure("recurrent", three_steps(true));
}
