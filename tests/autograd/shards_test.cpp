// A sum of losses on several tapes: the same bits whatever the number of threads.

#include "doxa/autograd/shards.h"

#include <gtest/gtest.h>

#include <stdexcept>

#include "doxa/autograd/ops.h"
#include "tests/support/allocations.h"
#include "tests/support/numbers.h"
#include "tests/support/thrown.h"

namespace doxa {
namespace {

struct Leaf {
  Tensor value, gradient;
  explicit Leaf(const Tensor& v) : value(v), gradient(v.shape()) {}
  Var on(Tape& tape) { return tape.leaf(value, gradient); }
};

Tensor draws(const Shape& shape, std::uint64_t seed) {
  Philox random(seed);
  return normal_noise(shape, random);
}

// Regression: mean squared error of a network on rows [begin, end) of the data, divided by all rows.
struct Problem {
  Leaf w1{draws({5, 8}, 1)}, w2{draws({8, 3}, 2)};
  Tensor x = draws({24, 5}, 3), y = draws({24, 3}, 4);

  Var loss(Tape& tape, Index begin, Index end) {
    const Var xs = slice(tape.constant(x), 0, begin, end), ys = slice(tape.constant(y), 0, begin, end);
    return sum(square(matmul(tanh(matmul(xs, w1.on(tape))), w2.on(tape)) - ys)) / Real{24};
  }
};

TEST(Shards, AddUpToTheWholeBatch) {
  Problem p;
  Tape tape;
  const Var loss = p.loss(tape, 0, 24);
  tape.backward(loss);
  const Tensor expected = p.w1.gradient;
  Shards shards(3, 2);
  const double total = shards.backward([&](Tape& t, int s) { return p.loss(t, 8 * s, 8 * s + 8); });
  // Sums of 24 rows in another order.
  EXPECT_NEAR(total, loss.item(), 72 * unit_roundoff * loss.item());
  double scale = 0;
  for (const Real g : expected.span()) scale = std::max(scale, std::abs(static_cast<double>(g)));
  for (Index i = 0; i < expected.size(); ++i)
    EXPECT_NEAR(p.w1.gradient[i], expected[i], 24 * 16 * unit_roundoff * scale);
}

TEST(Shards, TheResultDoesNotDependOnTheNumberOfThreads) {
  for (const int shards : {1, 2, 4, 6}) {
    Numbers expected;
    double expected_loss = 0;
    for (const int threads : {1, 2, 3, 8}) {
      Problem p;
      Shards work(shards, threads);
      const Index rows = 24 / shards;
      for (int again = 0; again < 20; ++again) {
        const double loss =
            work.backward([&](Tape& t, int s) { return p.loss(t, rows * s, rows * (s + 1)); });
        if (expected.empty()) {
          expected = numbers(p.w2.gradient);
          expected_loss = loss;
        }
        ASSERT_EQ(numbers(p.w2.gradient), expected) << shards << " shards, " << threads << " threads";
        ASSERT_EQ(loss, expected_loss);
      }
    }
  }
}

TEST(Shards, ALeafThatSomeShardsDoNotUseGetsTheSumOfTheOthers) {
  Leaf a(vector({1, 2})), b(vector({3, 4}));
  Shards shards(3, 2);
  shards.backward([&](Tape& t, int s) { return s == 1 ? sum(b.on(t)) : sum(a.on(t) * b.on(t)); });
  EXPECT_EQ(numbers(a.gradient), (Numbers{6, 8}));
  EXPECT_EQ(numbers(b.gradient), (Numbers{3, 5}));
}

TEST(Shards, AfterTheFirstStepNothingIsAllocated) {
  Problem p;
  Shards shards(2, 2);
  const Shards::Loss loss = [&](Tape& t, int s) { return p.loss(t, 12 * s, 12 * s + 12); };
  shards.backward(loss);
  for (int i = 0; i < 10; ++i) EXPECT_EQ(allocations_of([&] { shards.backward(loss); }), 0u);
}

TEST(Shards, TheFirstErrorIsThrownAndNothingChanges) {
  Leaf a(vector({1, 2}));
  Shards shards(4, 2);
  shards.backward([&](Tape& t, int) { return sum(a.on(t)); });
  const Numbers before = numbers(a.gradient);
  EXPECT_EQ(thrown<std::domain_error>([&] {
              shards.backward([&](Tape& t, int s) -> Var {
                if (s > 0) throw std::domain_error("shard " + std::to_string(s));
                return sum(square(a.on(t)));
              });
            }),
            "shard 1");
  EXPECT_EQ(numbers(a.gradient), before);
  EXPECT_NO_THROW(shards.backward([&](Tape& t, int) { return sum(a.on(t)); }));
}

TEST(Shards, NeedAtLeastOneOfEach) {
  EXPECT_THROW(Shards(0, 1), Refused);
  EXPECT_THROW(Shards(1, 0), Refused);
}

TEST(Shards, RefuseAGradientThatGotAnotherShapeOrAnotherValue) {
  Shards shards(2, 1);  // one after the other
  Leaf leaf(draws({1000}, 1));
  const Numbers before = numbers(leaf.gradient);
  EXPECT_THROW(shards.backward([&](Tape& tape, int shard) {
    const Var y = sum(square(leaf.on(tape)));
    if (shard == 1) leaf.gradient = Tensor(Shape{1}, Real{7});
    return y;
  }),
               std::logic_error);
  EXPECT_EQ(leaf.gradient[0], 7);
  leaf.gradient = Tensor(Shape{1000});
  const Tensor other = draws({1000}, 2);
  EXPECT_SAYS(std::logic_error,
              "Shards: a gradient of shape [1000] is bound to different values on two tapes",
              shards.backward([&](Tape& tape, int shard) {
                return sum(square(tape.leaf(shard == 0 ? leaf.value : other, leaf.gradient)));
              }));
  EXPECT_EQ(numbers(leaf.gradient), before);
}

}  // namespace
}  // namespace doxa
