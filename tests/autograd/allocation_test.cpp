// From the second step on, a training step calls the heap's allocator zero times.

#include <gtest/gtest.h>

#include <array>

#include "doxa/autograd/ops.h"
#include "doxa/autograd/random.h"
#include "tests/support/allocations.h"

namespace doxa {
namespace {

struct Parameter {
  Tensor value, gradient;
  explicit Parameter(const Shape& shape, std::uint64_t seed) : gradient(shape) {
    Philox random(seed);
    value = normal_noise(shape, random);
  }
  Var operator()(Tape& tape) { return tape.leaf(value, gradient); }
};

TEST(Allocation, TheCounterCounts) {
  const std::size_t before = allocations();
  const Tensor x(Shape{3});
  EXPECT_GT(allocations(), before);
}

// A recurrent classifier: two layers over a sequence, a gate, and every kind of op on the way.
TEST(Allocation, ATrainingStepMakesNoneFromTheSecondOn) {
  constexpr Index batch = 13, in = 5, hidden = 32, classes = 7, steps = 6;
  Parameter w({in + hidden, 2 * hidden}, 1), b({2 * hidden}, 2), v({hidden, classes}, 3), c({classes}, 4);
  const std::array<Parameter*, 4> parameters{&w, &b, &v, &c};
  Philox random(5);
  const Tensor inputs = normal_noise(Shape{steps, batch, in}, random), zero(Shape{batch, hidden});
  std::array<Index, batch> labels;
  for (Index& k : labels) k = random.uniform_index(classes);

  Tape tape;
  const auto step = [&] {
    tape.clear();
    const Var xs = tape.constant(inputs);
    Var h = tape.constant(zero), loss = tape.constant(0);
    for (Index t = 0; t < steps; ++t) {
      const Var x = reshape(slice(xs, 0, t, t + 1), {batch, in});
      const Var a = matmul(concat({x, h}, 1), w(tape)) + b(tape);
      const Var gate = sigmoid(slice(a, 1, 0, hidden));
      h = gate * tanh(slice(a, 1, hidden, 2 * hidden)) + (1 - gate) * h;
      const Var log_probs = log_softmax(matmul(h, v(tape)) + c(tape), -1);
      loss = loss - mean(gather(log_probs, labels)) + Real(1e-3) * sum(square(logsumexp(transpose(h), 0)));
    }
    const Var h2 = square(h);
    loss = loss + Real(1e-3) * (sum(softplus(h)) + sum(sqrt(exp(h) + 1)) + sum(log(h2 / 2 + 1)) -
                                mean(sum(-h2, 0, true)));
    tape.backward(loss);
    for (Parameter* p : parameters)
      for (Index i = 0; i < p->value.size(); ++i) p->value[i] -= Real(0.01) * p->gradient[i];
    return loss.item();
  };
  const auto evaluate = [&] {
    const Evaluation evaluation(tape);
    return sum(tanh(matmul(tape.constant(zero), v(tape)) + c(tape))).item();
  };

  const Real first = step();
  evaluate();
  Real last = first;
  const auto step_and_evaluate = [&] {
    last = step();
    evaluate();
  };
  for (int i = 2; i <= 10; ++i) EXPECT_EQ(allocations_of(step_and_evaluate), 0u) << "step " << i;
  EXPECT_LT(last, first);  // and it was training
}

// The ops that the classifier has no use for.
TEST(Allocation, NoOpMakesAnyOnAWarmTape) {
  Tape tape;
  Parameter x({3, 4, 4}, 1);
  const std::array<Index, 3> rows{2, 0, 2};
  const auto step = [&] {
    tape.clear();
    const Var v = x(tape);
    const auto [left, right] = split<2>(v, -1);
    Var loss =
        sum(softmax(v, {0, 2})) + sum(log_softmax(permute(v, {2, 0, 1}), 1)) + sum(variance(v, {0, 2}));
    loss = loss + sum(max(v, {0, 2}) - min(v, 1, true)) + sum(stack({left, right, left}, 1));
    loss = loss + sum(matmul(v, take(v, rows))) + sum(broadcast_to(mean(v, {0, 2}), {5, 4}));
    const Var flat = reshape(v, {48});
    const Var l = cholesky(matmul(v, transpose(v)) + tape.constant({4, 4}, [](std::span<Real> a) {
      for (std::size_t i = 0; i < 16; ++i) a[i] = i % 5 == 0 ? 1 : 0;
    }));
    loss = loss + dot(flat, flat) + sum(log_det_from_cholesky(l)) + sum(solve_triangular(l, v));
    tape.backward(loss + sum(straight_through(one_hot(tape, std::span(rows).first(2), 4),
                                              reshape(slice(right, 0, 0, 1), {2, 4}))));
  };
  step();
  EXPECT_EQ(allocations_of(step), 0u);
}

TEST(Allocation, DrawingNumbersIntoATensorMakesNone) {
  Philox random(1);
  Tensor noise(Shape{1001});
  const std::array<double, 3> weights{1, 2, 3};
  EXPECT_EQ(allocations_of([&] {
              random.normal(noise.span());
              random.categorical(weights);
              random.uniform_index(10);
            }),
            0u);
}

}  // namespace
}  // namespace doxa
