// Scopes name regions of the tape; the finite-value mode names the first op that makes a NaN or an infinity.

#include <gtest/gtest.h>

#include <stdexcept>
#include <string>

#include "doxa/autograd/checkpoint.h"
#include "doxa/autograd/ops.h"
#include "tests/support/numbers.h"
#include "tests/support/rounding.h"
#include "tests/support/thrown.h"

namespace doxa {
namespace {

TEST(Scope, NamesWhatIsRecordedWhileItLives) {
  Tape tape;
  for (int step = 0; step < 3; ++step) {
    tape.clear();
    const Var x = tape.constant(1);
    Var inner, outer;
    {
      const Scope encoder(tape, "encoder");
      {
        const Scope layer(tape,
                          std::string("layer") + std::to_string(step % 2));  // another address each time
        inner = exp(x);
      }
      outer = exp(x);
    }
    EXPECT_EQ(tape.scope(inner), "encoder/layer" + std::to_string(step % 2));
    EXPECT_EQ(tape.scope(outer), "encoder");
    EXPECT_EQ(tape.scope(x), "");
    EXPECT_EQ(tape.scope(exp(x)), "");
  }
}

TEST(Scope, EndsWithAnException) {
  Tape tape;
  const Var x = tape.constant(vector({1, 2}));
  try {
    const Scope scope(tape, "broken");
    matmul(x, x);
  } catch (const std::invalid_argument&) {
  }
  EXPECT_EQ(tape.scope(exp(x)), "");
}

TEST(FiniteValues, AreNotRequiredUnlessAsked) {
  Tape tape;
  EXPECT_EQ(log(tape.variable(0)).item(), -infinity);
}

TEST(FiniteValues, TheFirstOpForwardIsNamedWithItsScope) {
  Tape tape;
  tape.require_finite(true);
  const Scope encoder(tape, "encoder"), layer(tape, "layer1");
  const Var x = vector(tape, {1, 2, 3, 0});
  const std::size_t records = tape.size();
  EXPECT_SAYS(std::domain_error, "encoder/layer1: log: value[3] is -inf", log(x));
  EXPECT_EQ(tape.size(), records);
  EXPECT_SAYS(std::domain_error, "encoder/layer1: sqrt: value[2] is nan", sqrt(Real{2} - x));
  tape.require_finite(false);
  EXPECT_NO_THROW(log(x));
}

TEST(FiniteValues, AConstantOrALeafThatIsNotFiniteIsNamed) {
  Tape tape;
  tape.require_finite(true);
  EXPECT_SAYS(std::domain_error, "constant: value[0] is inf", tape.constant(infinity));
  Tensor value({2}, -infinity), gradient(Shape{2});
  EXPECT_SAYS(std::domain_error, "leaf: value[0] is -inf", tape.leaf(value, gradient));
}

// An op whose value is finite and whose rule is not.
Var broken(Var x) {
  return record(
      "broken", x.shape(), {x}, [](Record& r) { r.value()[0] = 1; },
      [](Record& r) { r.adjoint(0)[0] += r.adjoint()[0] * nan; });
}

TEST(FiniteValues, TheFirstOpBackwardIsNamedWithItsScope) {
  Tape tape;
  const Var x = vector(tape, {2});
  Var y;
  {
    const Scope scope(tape, "decoder");
    y = broken(exp(x));
  }
  const Var loss = sum(y);
  EXPECT_NO_THROW(tape.backward(loss));
  tape.require_finite(true);
  EXPECT_SAYS(std::domain_error, "decoder: broken: the gradient it adds to operand 0[0] is nan",
              tape.backward(loss));
}

TEST(FiniteValues, ARecomputedBlockKeepsItsScope) {
  Tape tape;
  tape.require_finite(true);
  const Var x = vector(tape, {2});
  Var y;
  {
    const Scope scope(tape, "block");
    y = checkpoint([](std::span<const Var> in) { return broken(in[0]); }, {x});
  }
  EXPECT_SAYS(std::domain_error, "block: broken: the gradient it adds to operand 0[0] is nan",
              tape.backward(sum(y)));
}

}  // namespace
}  // namespace doxa
