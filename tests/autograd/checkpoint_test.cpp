// Recomputing instead of storing changes the memory, not the numbers.

#include "doxa/autograd/checkpoint.h"

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <stdexcept>

#include "doxa/autograd/ops.h"
#include "tests/support/numbers.h"
#include "tests/support/thrown.h"

namespace doxa {
namespace {

Var step(Var h, Var w) { return tanh(matmul(h, w)) + Real{0.5} * h; }

struct Gradients {
  Numbers loss, h, w;
  std::size_t peak;
};

// T steps of a recurrence in blocks of `block` steps; a block of 0 keeps everything.
Gradients recurrence(int T, int block) {
  Tape tape;
  const Var h0 = normal_variable(tape, {2, 3}, 1), w = normal_variable(tape, {3, 3}, 2);
  Var h = h0;
  if (block == 0)
    for (int k = 0; k < T; ++k) h = step(h, w);
  else
    for (int k = 0; k < T; k += block)
      h = checkpoint(
          [block](std::span<const Var> in) {
            Var x = in[0];
            for (int j = 0; j < block; ++j) x = step(x, in[1]);
            return x;
          },
          {h, w});
  const Var loss = mean(square(h));
  tape.backward(loss);
  return {value(loss), adjoint(h0), adjoint(w), tape.peak_bytes()};
}

TEST(Checkpoint, GivesTheSameBitsAsTheRecordsItReplaces) {
  const Gradients all = recurrence(48, 0);
  EXPECT_GT(std::abs(all.h[0]), 0);
  for (const int block : {1, 2, 8, 48}) {
    const Gradients some = recurrence(48, block);
    EXPECT_EQ(some.loss, all.loss);
    EXPECT_EQ(some.h, all.h) << block;
    // The blocks' contributions to w are added in the order of the steps, as without blocks.
    EXPECT_EQ(some.w, all.w) << block;
  }
}

// 64 blocks of 64 steps hold 64 blocks and the steps of one: about √T of what T steps hold.
TEST(Checkpoint, NeedsTheSquareRootOfTheMemory) {
  const std::size_t all = recurrence(4096, 0).peak, some = recurrence(4096, 64).peak;
  EXPECT_LT(some, all / 16) << some << " of " << all;
  const std::size_t four_times_longer = recurrence(4 * 4096, 128).peak;
  EXPECT_LT(static_cast<double>(four_times_longer), 2.5 * static_cast<double>(some));
}

TEST(Checkpoint, MayBeNested) {
  Tape tape;
  const Var h0 = normal_variable(tape, {2, 3}, 1), w = normal_variable(tape, {3, 3}, 2);
  Var h = checkpoint(
      [](std::span<const Var> in) {
        Var x = in[0];
        for (int i = 0; i < 4; ++i)
          x = checkpoint(
              [](std::span<const Var> inner) {
                Var y = inner[0];
                for (int k = 0; k < 12; ++k) y = step(y, inner[1]);
                return y;
              },
              {x, in[1]});
        return x;
      },
      {h0, w});
  tape.backward(mean(square(h)));
  const Gradients all = recurrence(48, 0);
  EXPECT_EQ(adjoint(h0), all.h);
  EXPECT_EQ(adjoint(w), all.w);
}

TEST(Checkpoint, SeveralOutputsOfDifferentShapes) {
  const auto f = [](std::span<const Var> in) {
    return std::array{sum(square(in[0]), 1), in[0] * in[1], in[1]};
  };
  Numbers expected_a, expected_b;
  for (const bool recompute : {false, true}) {
    Tape tape;
    const Var a = normal_variable(tape, {2, 3}, 1), b = normal_variable(tape, {3}, 2);
    const std::array<Var, 2> in{a, b};
    const std::array<Var, 3> y = recompute ? checkpoint(f, in) : f(in);
    EXPECT_EQ(y[0].shape(), Shape{2});
    EXPECT_EQ(y[1].shape(), (Shape{2, 3}));
    tape.backward(sum(exp(y[0])) + sum(y[1]) + sum(square(y[2])));
    if (recompute) {
      EXPECT_EQ(adjoint(a), expected_a);
      EXPECT_EQ(adjoint(b), expected_b);
    }
    expected_a = adjoint(a);
    expected_b = adjoint(b);
  }
}

// What a block uses without being told, and the leaves that it binds itself, get their gradients too: a block
// that applies a layer binds the layer's parameters.
TEST(Checkpoint, GradientsReachWhatTheBlockCapturesAndTheLeavesItBinds) {
  Tensor w(Shape{3}, {1, 2, 3}), gradient(Shape{3});
  Tape tape;
  const Var x = vector(tape, {1, -1, 2}), z = vector(tape, {2, 3, 5});
  const auto f = [&](std::span<const Var> in) { return in[0] * z * in[0].tape().leaf(w, gradient); };
  Var y = checkpoint(f, {x});
  y = checkpoint(f, {y});  // x z² w²
  tape.backward(sum(y));
  for (Index i = 0; i < 3; ++i) {
    const auto at = static_cast<std::size_t>(i);
    const Real xi = x.value()[at], zi = z.value()[at], wi = w[i];
    EXPECT_EQ(x.adjoint()[at], zi * zi * wi * wi);
    EXPECT_EQ(z.adjoint()[at], 2 * xi * zi * wi * wi);
    EXPECT_EQ(gradient[i], 2 * xi * zi * zi * wi);
  }
}

TEST(Checkpoint, AnInputMayBeTheOutput) {
  Tape tape;
  const Var x = vector(tape, {1, 2});
  const auto y = checkpoint([](std::span<const Var> in) { return std::array{in[0], in[0]}; }, {x});
  tape.backward(sum(y[0]) + Real{2} * sum(y[1]));
  EXPECT_EQ(adjoint(x), (Numbers{3, 3}));
}

TEST(Checkpoint, ConstantsNeedNoGradient) {
  Tape tape;
  const Var y = checkpoint([](std::span<const Var> in) { return exp(in[0]); }, {tape.constant(1)});
  EXPECT_FALSE(y.needs_gradient());
  const Var x = tape.variable(2);
  const Var z = checkpoint([](std::span<const Var> in) { return in[0] * in[1]; }, {x, tape.constant(3)});
  tape.backward(z);
  EXPECT_EQ(adjoint(x), Numbers{3});
}

TEST(Checkpoint, WithinAnEvaluationItIsAnEvaluation) {
  Tape tape;
  const Var x = tape.variable(2);
  const std::size_t before = tape.size();
  {
    const Evaluation evaluation(tape);
    EXPECT_EQ(checkpoint([](std::span<const Var> in) { return square(in[0]); }, {x}).item(), 4);
  }
  EXPECT_EQ(tape.size(), before);
}

TEST(Checkpoint, ASecondBackwardEqualsTheFirst) {
  Tape tape;
  const Var x = vector(tape, {1, 2});
  const Var y = checkpoint([](std::span<const Var> in) { return exp(in[0]) * in[0]; }, {x});
  const Var loss = sum(y);
  tape.backward(loss);
  const Numbers first = adjoint(x);
  const std::size_t records = tape.size();
  tape.backward(loss);
  EXPECT_EQ(adjoint(x), first);
  EXPECT_EQ(tape.size(), records);
}

TEST(Checkpoint, AnErrorInTheBlockLeavesTheTapeAsItWas) {
  Tape tape;
  const Var x = vector(tape, {1, 2});
  const std::size_t records = tape.size();
  EXPECT_THROW(checkpoint([](std::span<const Var> in) { return matmul(in[0], in[0]); }, {x}), Refused);
  EXPECT_EQ(tape.size(), records);
  EXPECT_TRUE(square(x).needs_gradient());
  EXPECT_THROW(checkpoint([](std::span<const Var>) { return Var(); }, std::span<const Var>()), Refused);
}

TEST(Checkpoint, ABlockThatIsNotTheSameTwiceIsRefused) {
  Tensor w(Shape{1}), v(Shape{1}), gw(Shape{1}), gv(Shape{1});
  int calls = 0;
  Tape tape;
  const Var x = vector(tape, {1});
  const Var y = checkpoint(
      [&](std::span<const Var> in) { return in[0] * (calls++ ? tape.leaf(v, gv) : tape.leaf(w, gw)); }, {x});
  EXPECT_THROW(tape.backward(sum(y)), std::logic_error);
}

// Noise that is drawn inside, a value that the block reads and somebody changed, another shape.
TEST(Checkpoint, ARecomputationThatDiffersIsRefused) {
  Philox random(1);
  Tensor w(Shape{2}, {3, 4}), gw(Shape{2});
  int calls = 0;
  Tape tape;
  const Var x = vector(tape, {1, 2});
  const Var drawn = checkpoint(
      [&](std::span<const Var> in) { return in[0] * normal_noise(in[0].tape(), {2}, random); }, {x});
  EXPECT_THROW(tape.backward(sum(drawn)), std::logic_error);
  const Var read = checkpoint([&](std::span<const Var> in) { return in[0] * tape.leaf(w, gw); }, {x});
  w[1] = 5;
  EXPECT_SAYS(std::logic_error,
              "checkpoint: output 0 of the block has the element 10 at [1] in backward, and had 8: does the "
              "block draw noise, or did a value that it reads change?",
              tape.backward(sum(read)));
  w[1] = 4;
  tape.backward(sum(read));
  EXPECT_EQ(adjoint(x), (Numbers{3, 4}));
  const Var longer = checkpoint(
      [&](std::span<const Var> in) {
        return calls++ ? concat({in[0], in[0]}, 0) : in[0];
      },
      {x});
  EXPECT_SAYS(std::logic_error, "checkpoint: output 0 of the block has shape [4] in backward, and had [2]",
              tape.backward(sum(longer)));
}

// A leaf that the block reads through a constant is read again in backward.
TEST(Checkpoint, ALeafThatChangedBehindAConstantIsRefused) {
  Tape tape;
  Tensor value(Shape{}, Real{2}), gradient(Shape{});
  const Var x = tape.variable(3), frozen = stop_gradient(tape.leaf(value, gradient));
  const Var y = checkpoint(
      [frozen](std::span<const Var> in) {
        return straight_through(in[0].tape().constant(1), in[0] * frozen);
      },
      {x});
  tape.backward(y);
  EXPECT_EQ(x.adjoint()[0], 2);
  value[0] = 7;
  EXPECT_THROW(tape.backward(y), std::logic_error);
}

TEST(Checkpoint, BlocksThatFailTakeNoMemory) {
  Tape tape;
  Tensor a(Shape{}, Real{1}), b(Shape{}, Real{2}), gradient(Shape{});
  const Var x = tape.variable(3);
  const auto bytes_of_failures = [&](int blocks) {
    const std::size_t before = tape.bytes_used();
    for (int k = 0; k < blocks; ++k)
      EXPECT_THROW(checkpoint(
                       [&](std::span<const Var> in) {
                         const Var first = tape.leaf(a, gradient) * in[0];
                         return first * tape.leaf(b, gradient);
                       },
                       {x}),
                   std::logic_error);
    return tape.bytes_used() - before;
  };
  EXPECT_LE(bytes_of_failures(100), 100 * 64u);  // no more than the copies of the function
  EXPECT_EQ(tape.size(), 1u);
}

// Of the records of a block, which are removed again, no adjoints can be read, so none are kept.
TEST(Checkpoint, KeptAdjointsAreThoseOfRecordsThatStay) {
  const auto peak = [](bool keep) {
    Tape tape;
    tape.keep_adjoints(keep);
    Var h = tape.variable(Tensor(Shape{1000}, Real(0.1)));
    for (int block = 0; block < 20; ++block)
      h = checkpoint(
          [](std::span<const Var> in) {
            Var x = in[0];
            for (int k = 0; k < 20; ++k) x = tanh(x);
            return x;
          },
          {h});
    tape.backward(sum(h));
    return tape.peak_bytes();
  };
  EXPECT_LT(peak(true), peak(false) + 22 * 1000 * sizeof(Real));
}

}  // namespace
}  // namespace doxa
