// The hand-written steps, which the tape's cost is measured against, compute the same loss and the same
// gradient as the tape does from the same noise, up to rounding.

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "manual/steps.h"
#include "tests/support/rounding.h"

namespace doxa::benchmarks {
namespace {

double norm(std::span<const Real> x) {
  double squares = 0;
  for (const Real v : x) squares += static_cast<double>(v) * static_cast<double>(v);
  return std::sqrt(squares);
}

// `roundings`: how many follow one another from a parameter to the loss and back. Rounding errors are
// relative to what is added up, so an error is held against the norm of the whole gradient.
template <class Model, class Step>
void expect_the_tapes_gradient(typename Model::Sizes sizes, Index roundings) {
  Model model{sizes};
  Step step(model);
  Philox noise(7), same_noise(7);
  Tape tape;
  const Var loss = model.loss(tape, 0, model.batch(), noise);
  tape.backward(loss);
  const double by_hand = static_cast<double>(step.gradient(same_noise));
  const double tolerance = unit_roundoff * static_cast<double>(roundings);
  const double by_tape = static_cast<double>(loss.item());
  EXPECT_NEAR(by_hand, by_tape, tolerance * std::abs(by_tape));

  const Parameters all = parameters(model);
  for (std::size_t i = 0; i < all.size(); ++i) {
    const std::span<const Real> expected = all[i]->gradient.span(), found = step.parameters().gradient(i);
    ASSERT_EQ(found.size(), expected.size());
    double worst = 0;
    for (std::size_t j = 0; j < found.size(); ++j)
      worst = std::max(worst, static_cast<double>(std::abs(found[j] - expected[j])));
    EXPECT_LE(worst, tolerance * norm(expected)) << all[i]->name;
  }
}

TEST(ManualSteps, VaeHasTheTapesGradient) {
  // Six layers forward and back, each a sum over at most `H` or `B` terms.
  for (const Vae::Sizes s : {Vae::Sizes{.B = 5, .D = 3, .H = 7, .L = 2}, {.B = 1, .D = 9, .H = 17, .L = 3}})
    expect_the_tapes_gradient<Vae, manual::VaeStep>(s, 12 * (s.B + s.H));
}

TEST(ManualSteps, FilterHasTheTapesGradient) {
  for (const Filter::Sizes s : {Filter::Sizes{.B = 5, .T = 6, .A = 3, .O = 2, .H = 7, .L = 3},
                                {.B = 1, .T = 1, .A = 1, .O = 4, .H = 17, .L = 1}})
    expect_the_tapes_gradient<Filter, manual::FilterStep>(s, 4 * s.T * (s.B + s.H));
}

TEST(ManualSteps, RssmHasTheTapesGradient) {
  for (const Rssm::Sizes s : {Rssm::Sizes{.B = 5, .T = 6, .A = 3, .O = 2, .H = 7, .L = 3},
                              {.B = 1, .T = 1, .A = 1, .O = 4, .H = 17, .L = 1}})
    expect_the_tapes_gradient<Rssm, manual::RssmStep>(s, 6 * s.T * (s.B + s.H));
}

}  // namespace
}  // namespace doxa::benchmarks
