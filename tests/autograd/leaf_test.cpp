// Values kept outside the tape, whose gradients are written there.

#include <gtest/gtest.h>

#include <stdexcept>
#include <vector>

#include "doxa/autograd/ops.h"
#include "tests/support/numbers.h"
#include "tests/support/thrown.h"

namespace doxa {
namespace {

TEST(Leaf, ItsGradientIsWrittenWhereItWasAskedFor) {
  Tape tape;
  Tensor value(Shape{2}, {3, 4}), gradient(Shape{2}, {100, 100});
  tape.backward(sum(square(tape.leaf(value, gradient))));
  EXPECT_EQ(numbers(gradient), (Numbers{6, 8}));
  EXPECT_EQ(numbers(value), (Numbers{3, 4}));
}

TEST(Leaf, BoundTwiceIsOneRecordWithOneGradient) {
  Tape tape;
  Tensor value(Shape{2}, {3, 4}), gradient(Shape{2});
  const Var a = tape.leaf(value, gradient);
  const std::size_t records = tape.size();
  const Var b = tape.leaf(value, gradient);
  EXPECT_EQ(tape.size(), records);
  EXPECT_EQ(tape.position(a), tape.position(b));
  tape.backward(sum(a * b));
  EXPECT_EQ(numbers(gradient), (Numbers{6, 8}));
}

TEST(Leaf, ThatTheLossDoesNotDependOnGetsAZeroGradient) {
  Tape tape;
  Tensor value(Shape{2}, {3, 4}), used(Shape{2}, {7, 7}), unused(Shape{2}, {7, 7}), late(Shape{2}, {7, 7}),
      other = value, third = value;
  const Var x = tape.leaf(value, used);
  exp(tape.leaf(other, unused));
  const Var loss = sum(x);
  tape.leaf(third, late);
  tape.backward(loss);
  EXPECT_EQ(numbers(used), (Numbers{1, 1}));
  EXPECT_EQ(numbers(unused), (Numbers{0, 0}));
  EXPECT_EQ(numbers(late), (Numbers{0, 0}));
}

TEST(Leaf, IsReadWhereItLies) {
  Tape tape;
  Tensor value(Shape{2}, {3, 4}), gradient(Shape{2});
  const Var x = tape.leaf(value, gradient);
  EXPECT_EQ(x.value().data(), value.data());
  tape.backward(sum(x));
  EXPECT_EQ(x.adjoint().data(), gradient.data());
}

TEST(Leaf, ManyAreKeptApart) {
  Tape tape;
  std::vector<Tensor> values(1000, Tensor(Shape{2})), gradients(1000, Tensor(Shape{2}));
  for (int step = 0; step < 3; ++step) {
    tape.clear();
    Var loss = tape.constant(0);
    for (std::size_t i = 0; i < values.size(); ++i)
      loss = loss + static_cast<Real>(i) * sum(tape.leaf(values[i], gradients[i]));
    for (std::size_t i = 0; i < values.size(); ++i) {
      const std::size_t records = tape.size();
      tape.leaf(values[i], gradients[i]);
      ASSERT_EQ(tape.size(), records);
    }
    tape.backward(loss);
    for (std::size_t i = 0; i < values.size(); ++i) EXPECT_EQ(gradients[i][1], static_cast<Real>(i));
  }
}

TEST(Leaf, RefusesAGradientOfAnotherShapeOrOfAnotherValue) {
  Tape tape;
  Tensor value(Shape{2, 3}), gradient(Shape{3, 2}), fits(Shape{2, 3}), other(Shape{2, 3});
  EXPECT_SAYS(Refused, "leaf: value and gradient differ in shape: [2,3] and [3,2]",
              tape.leaf(value, gradient));
  tape.leaf(value, fits);
  EXPECT_SAYS(std::logic_error, "leaf: this gradient is already bound to another value",
              tape.leaf(other, fits));
}

TEST(Leaf, OfNoElementsKeepsItsShape) {
  Tape tape;
  Tensor a(Shape{0, 3}), b(Shape{5, 0}), ga(Shape{0, 3}), gb(Shape{5, 0});
  const Var x = tape.leaf(a, ga), y = tape.leaf(b, gb);
  EXPECT_EQ(x.shape(), Shape({0, 3}));
  EXPECT_EQ(y.shape(), Shape({5, 0}));
  EXPECT_TRUE(x.needs_gradient());
  tape.backward(sum(x) + sum(y));
}

}  // namespace
}  // namespace doxa
