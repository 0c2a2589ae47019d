// A gradient accumulated over micro-batches is the gradient of the whole batch.

#include <gtest/gtest.h>

#include <cmath>
#include <utility>
#include <vector>

#include "doxa/autograd/ops.h"
#include "doxa/autograd/random.h"
#include "doxa/models/nn/adam.h"
#include "doxa/models/nn/mlp.h"
#include "tests/support/numbers.h"

namespace doxa {
namespace {

//! [micro-batches]
// Sets the gradients of the weights to that of Σ_i loss(tape, i), one micro-batch i on the tape at a time.
// Returns the sum.
template <class Loss>
double accumulate_gradients(Tape& tape, const Parameters& weights, int micro_batches, Loss loss) {
  std::vector<Tensor> sums;
  for (const Parameter* p : weights) sums.emplace_back(p->gradient.shape());
  double total = 0;
  for (int i = 0; i < micro_batches; ++i) {
    tape.clear();
    const Var y = loss(tape, i);
    tape.backward(y);  // overwrites the gradients
    total += static_cast<double>(y.item());
    for (std::size_t k = 0; k < weights.size(); ++k)
      for (Index j = 0; j < sums[k].size(); ++j)
        sums[k][j] += std::exchange(weights[k]->gradient[j], Real{0});
  }
  for (std::size_t k = 0; k < weights.size(); ++k) weights[k]->gradient = sums[k];
  return total;  // the next step is adam.step(weights)
}
//! [micro-batches]

TEST(MicroBatches, AddUpToTheGradientOfTheWholeBatch) {
  constexpr Index rows = 24, parts = 4;
  Philox random(1);
  Mlp mlp("mlp", {3, 8, 1}, random);
  const Parameters weights = parameters(mlp);
  const Tensor inputs = normal_noise(Shape{rows, 3}, random);
  const auto loss = [&](Tape& tape, Index begin, Index end) {  // its share of the mean over the batch
    const Var x =
        tape.constant({end - begin, 3}, inputs.span().subspan(static_cast<std::size_t>(3 * begin),
                                                              static_cast<std::size_t>(3 * (end - begin))));
    return sum(square(mlp(x))) / static_cast<Real>(rows);
  };
  Tape tape;
  const Var whole = loss(tape, 0, rows);
  tape.backward(whole);
  const double expected = static_cast<double>(whole.item());
  std::vector<Tensor> gradients;
  for (const Parameter* p : weights) gradients.push_back(p->gradient);

  for (int step = 0; step < 2; ++step) {  // what the weights held before does not count
    const double total = accumulate_gradients(tape, weights, parts, [&](Tape& t, int i) {
      return loss(t, i * rows / parts, (i + 1) * rows / parts);
    });
    EXPECT_NEAR(total, expected, 32 * unit_roundoff * expected);
    for (std::size_t k = 0; k < weights.size(); ++k)
      for (Index j = 0; j < gradients[k].size(); ++j)
        EXPECT_NEAR(weights[k]->gradient[j], gradients[k][j], 64 * unit_roundoff)
            << weights[k]->name << ' ' << j;
  }
}

// The norm by which Adam clips is a sum over all parameters, here ten million.
TEST(LongSums, InTheNormOfAGradient) {
  constexpr Index n = 10'000'000;
  Parameter p("weight", Tensor(Shape{n}));
  for (Real& g : p.gradient.span()) g = Real(0.1);
  Adam adam{.max_norm = 1};
  const double expected = static_cast<double>(Real(0.1)) * std::sqrt(static_cast<double>(n));
  EXPECT_NEAR(adam.step({&p}) / expected, 1, 3000 * double_roundoff);
}

}  // namespace
}  // namespace doxa
