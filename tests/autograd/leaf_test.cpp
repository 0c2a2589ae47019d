// Values kept outside the tape, whose gradients are written there.

#include <gtest/gtest.h>

#include <cmath>
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

// loss = w² at 3 and then, after a step, at 4: neither 2·3·… nor the new slope belongs to what was recorded.
TEST(Leaf, ChangedBetweenForwardAndBackwardIsRefused) {
  Tape tape;
  Tensor w(Shape{2}, {3, 4}), gradient(Shape{2});
  const Scope scope(tape, "encoder");
  const Var x = tape.leaf(w, gradient);
  const Var first = sum(square(x)), second = sum(x * square(x));
  tape.backward(first);
  w[1] -= Real{0.5} * gradient[1];
  EXPECT_EQ(
      thrown<std::logic_error>([&] { tape.backward(second); }),
      "backward: the leaf of shape [2] in encoder was changed after it was recorded; run every backward "
      "before an optimiser's step, or clear the tape and evaluate again");
  EXPECT_THROW(static_cast<void>(x.adjoint()), std::logic_error);
  w[1] = 4;  // as it was
  tape.backward(second);
  EXPECT_EQ(numbers(gradient), (Numbers{27, 48}));
}

TEST(Leaf, ChangedInAnyOneBitIsRefused) {
  for (const Index n : {1, 2, 3, 4, 5, 7, 100, 4096})
    for (Index i = 0; i < n; i += n / 7 + 1) {
      Tape tape;
      Tensor w(Shape{n}, 1), gradient(Shape{n});
      const Var loss = sum(square(tape.leaf(w, gradient)));
      w[i] = std::nextafter(w[i], Real{2});
      EXPECT_THROW(tape.backward(loss), std::logic_error) << i << " of " << n;
      w[i] = -1;
      EXPECT_THROW(tape.backward(loss), std::logic_error) << i << " of " << n;
      if (i > 0) {  // two changes do not cancel
        w[0] = -1;
        EXPECT_THROW(tape.backward(loss), std::logic_error) << i << " of " << n;
      }
    }
}

TEST(Leaf, OfAMillionNumbersThatAStepChangedIsRefused) {
  Tape tape;
  Tensor w(Shape{1000, 1000}, 1), gradient(Shape{1000, 1000});
  const Var loss = sum(square(tape.leaf(w, gradient)));
  tape.backward(loss);
  for (Real& x : w.span()) x -= static_cast<Real>(0.1);
  EXPECT_THROW(tape.backward(loss), std::logic_error);
}

TEST(Leaf, ThatTheLossDoesNotDependOnMayChange) {
  Tape tape;
  Tensor w(Shape{}, 3), u(Shape{}, 5), of_w(Shape{}), of_u(Shape{});
  const Var first = square(tape.leaf(w, of_w)), second = square(tape.leaf(u, of_u));
  tape.backward(first);
  w[0] = 2;
  tape.backward(second);
  EXPECT_EQ(of_u.item(), 10);
}

// w is only a factor without a gradient, or a condition; but the loss is that of the old one.
TEST(Leaf, ChangedIsRefusedAlsoWhereNoGradientFlows) {
  Tensor w(Shape{1}, {3}), v(Shape{1}, {2}), of_w(Shape{1}), of_v(Shape{1});
  const auto changed = [&](auto loss) {
    Tape tape;
    w[0] = 1;
    const Var y = loss(tape.leaf(w, of_w), tape.leaf(v, of_v));
    tape.backward(y);
    w[0] = 0;
    EXPECT_THROW(tape.backward(y), std::logic_error);
  };
  changed([](Var a, Var b) { return sum(stop_gradient(a) * b); });
  changed([](Var a, Var b) { return sum(where(a, b, square(b))); });
  changed([](Var a, Var b) { return sum(exp(stop_gradient(square(a))) * b); });
}

TEST(Leaf, MayChangeUntilItIsUsed) {
  Tape tape;
  Tensor w(Shape{2}, {0, 0}), gradient(Shape{2});
  const Var x = tape.leaf(w, gradient);
  w[0] = 3;
  tape.backward(sum(square(x)));
  EXPECT_EQ(numbers(gradient), (Numbers{6, 0}));
}

TEST(Leaf, MayChangeWhereTheTapeIsRewoundToBeforeItsUses) {
  Tape tape;
  Tensor w(Shape{1}, {8}), gradient(Shape{1});
  const Var x = tape.leaf(w, gradient);
  const Tape::Mark mark = tape.mark();
  for (const Real at : {Real{8}, Real{4}, Real{2}}) {
    EXPECT_EQ(w[0], at);
    tape.backward(sum(square(x)));
    EXPECT_EQ(gradient[0], 2 * at);
    w[0] -= gradient[0] / 4;
    tape.rewind(mark);
  }
}

TEST(Leaf, BoundAgainAfterAStepServesNewRecordsButNotOldOnes) {
  Tape tape;
  Tensor w(Shape{1}, {3}), gradient(Shape{1});
  const Var before = square(tape.leaf(w, gradient));
  tape.backward(before);
  w[0] = 5;
  const Var x = tape.leaf(w, gradient), after = square(x);
  tape.backward(after);
  EXPECT_EQ(gradient[0], 10);
  EXPECT_THROW(tape.backward(before), std::logic_error);
  EXPECT_THROW(tape.backward(before + after), std::logic_error);
  tape.backward(after + x);
  EXPECT_EQ(gradient[0], 11);
}

TEST(Leaf, ItsGradientMayGetOtherMemory) {
  Tape tape;
  Tensor w(Shape{1}, {3}), gradient(Shape{1});
  Var y = square(tape.leaf(w, gradient));
  gradient = Tensor(Shape{1}, {7});
  y = y + tape.leaf(w, gradient);
  tape.backward(y);
  EXPECT_EQ(gradient[0], 7);
  gradient = Tensor(Shape{2});
  EXPECT_EQ(thrown<std::logic_error>([&] { tape.backward(y); }),
            "backward: the gradient of a leaf of shape [1] has now the shape [2]");
}

// Of a backward, an evaluation, a change and another use, none is out of order.
TEST(Leaf, MayChangeBeforeRecordsThatFollowAnEvaluation) {
  const auto gradient_after = [](auto between) {
    Tape tape;
    Tensor value(Shape{}, Real{2}), gradient(Shape{});
    tape.backward(square(tape.leaf(value, gradient)));
    between(tape, value, gradient);
    tape.backward(square(tape.leaf(value, gradient)));
    return gradient.item();
  };
  const auto look = [](Tape& tape, Tensor& value, Tensor& gradient) {
    const Evaluation evaluation(tape);
    const Var constant = tape.constant(1);
    EXPECT_EQ((tape.leaf(value, gradient) * constant).item(), value.item());
  };
  EXPECT_EQ(gradient_after([&](Tape& tape, Tensor& value, Tensor& gradient) {
              value[0] = 5;
              look(tape, value, gradient);
            }),
            10);
  EXPECT_EQ(gradient_after([&](Tape& tape, Tensor& value, Tensor& gradient) {
              look(tape, value, gradient);
              value[0] = 5;
              look(tape, value, gradient);
              value[0] = 6;
            }),
            12);
  EXPECT_EQ(gradient_after([&](Tape& tape, Tensor& value, Tensor& gradient) {
              const Tape::Mark mark = tape.mark();
              value[0] = 7;
              const Var constant = tape.constant(1), product = tape.leaf(value, gradient) * constant;
              EXPECT_EQ(product.item(), 7);
              tape.rewind(mark);
            }),
            14);
}

// The record that is between the two backwards still used the old number.
TEST(Leaf, ChangedBesideAnEvaluationIsRefusedWhereItWasUsed) {
  Tape tape;
  Tensor value(Shape{}, Real{2}), gradient(Shape{});
  const Var old = square(tape.leaf(value, gradient));
  tape.backward(old);
  value[0] = 5;
  {
    const Evaluation evaluation(tape);
    square(tape.leaf(value, gradient));
  }
  const Var sum_of_both = old + square(tape.leaf(value, gradient));
  EXPECT_THROW(tape.backward(sum_of_both), std::logic_error);
  EXPECT_THROW(tape.backward(old), std::logic_error);
}

TEST(Leaf, IsNotUsedByAnOpThatIsRefused) {
  Tape tape, other;
  Tensor value(Shape{}, Real{2}), gradient(Shape{});
  const Var x = tape.leaf(value, gradient), elsewhere = other.variable(3);
  EXPECT_THROW(x * elsewhere, std::logic_error);
  value[0] = 5;
  tape.backward(square(x));
  EXPECT_EQ(gradient.item(), 10);
}

TEST(Leaf, ThatIsRefusedIsNotOnTheTape) {
  Tape tape;
  tape.require_finite(true);
  Tensor value(Shape{}, nan), gradient(Shape{});
  EXPECT_THROW(tape.leaf(value, gradient), std::domain_error);
  EXPECT_THROW(tape.constant(nan), std::domain_error);
  EXPECT_THROW(tape.variable(infinity), std::domain_error);
  EXPECT_EQ(tape.size(), 0u);
  value[0] = 3;
  const Var x = tape.leaf(value, gradient);
  tape.backward(square(x));
  for (std::size_t i = 0; i < tape.size(); ++i)
    if (tape.has_adjoint(tape.at(i))) tape.at(i).adjoint();
  EXPECT_EQ(gradient.item(), 6);
}

TEST(Leaf, RefusesItselfAsGradientAndAnotherShapeInTheSameMemory) {
  Tape tape;
  Tensor value(Shape{6}, Real{1}), gradient(Shape{6});
  EXPECT_SAYS(std::invalid_argument, "leaf: value and gradient are the same tensor", tape.leaf(value, value));
  tape.leaf(value, gradient);
  const Tensor three(Shape{3}, Real{1});
  value = three;
  gradient = three;
  EXPECT_THROW(tape.leaf(value, gradient), std::logic_error);
}

TEST(Leaf, ItsAdjointIsReadWhereTheGradientIsNow) {
  Tape tape;
  const Tensor value(Shape{2}, {3, 4});
  Tensor gradient(Shape{2});
  const Var x = tape.leaf(value, gradient);
  tape.backward(sum(square(x)));
  gradient = Tensor(Shape{2}, {5, 6});
  EXPECT_EQ(adjoint(x), (Numbers{5, 6}));
  gradient = Tensor(Shape{1});
  EXPECT_THROW(x.adjoint(), std::logic_error);
}

}  // namespace
}  // namespace doxa
