// Reshape, leading slices and stop_gradient share the memory of what they look at.

#include <gtest/gtest.h>

#include <limits>

#include "doxa/autograd/ops.h"
#include "tests/support/numbers.h"
#include "tests/support/thrown.h"

namespace doxa {
namespace {

TEST(View, SharesTheMemoryOfValueAndAdjoint) {
  Tape tape;
  const Var x = tape.variable(Tensor(Shape{4, 3}, {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11}));
  const Var flat = reshape(x, {12}), rows = slice(x, 0, 1, 3), stopped = stop_gradient(x);
  EXPECT_EQ(flat.value().data(), x.value().data());
  EXPECT_EQ(rows.value().data(), x.value().data() + 3);
  EXPECT_EQ(stopped.value().data(), x.value().data());
  tape.backward(sum(flat));
  EXPECT_EQ(rows.adjoint().data(), x.adjoint().data() + 3);
}

// Σ x² / 2 over all + 10 Σ of the rows 1 and 2 + 100 Σ x by a flat view + 1000 x_00 by a view of a view.
TEST(View, AddsItsAdjointToThoseOfOtherUses) {
  Tape tape;
  const Var x = tape.variable(Tensor(Shape{3, 2}, {1, 2, 3, 4, 5, 6}));
  const Var early = sum(square(x)) * Real(0.5);
  const Var rows = 10 * sum(slice(x, 0, 1, 3)), flat = 100 * sum(reshape(x, {6}));
  const Var corner = 1000 * sum(slice(reshape(slice(x, 0, 0, 1), {2}), 0, 0, 1));
  tape.backward(early + rows + flat + corner);
  EXPECT_EQ(adjoint(x), (Numbers{1101, 102, 113, 114, 115, 116}));
  tape.backward(rows + early);  // and from zero again
  EXPECT_EQ(adjoint(x), (Numbers{1, 2, 13, 14, 15, 16}));
}

TEST(View, OfAnInnerValuePassesItsAdjointOn) {
  Tape tape;
  const Var x = vector(tape, {1, 2, 3, 4}), y = square(x), top = slice(y, 0, 0, 2), all = reshape(y, {2, 2});
  tape.backward(sum(top * top) + sum(y) + sum(all));  // y² for the first two, and 2 y
  EXPECT_EQ(adjoint(x), (Numbers{2 * (2 * 1 + 2), 4 * (2 * 4 + 2), 12, 16}));
}

// d(x x)/dx = 2x, whichever of the two factors is a view, and also where the views overlap in part.
TEST(View, TimesItselfHasTwiceTheDerivative) {
  for (const int which : {0, 1, 2, 3}) {
    Tape tape;
    const Var x = vector(tape, {1, 2, 3, 4}), seen = reshape(x, {4});
    const Var product = which == 0 ? x * x : which == 1 ? x * seen : which == 2 ? seen * x : seen * seen;
    tape.backward(sum(product));
    EXPECT_EQ(adjoint(x), (Numbers{2, 4, 6, 8})) << which;
  }
  Tape tape;
  const Var x = vector(tape, {1, 2, 3, 4}), y = square(x);  // Σ y_i y_{i+1}, y = x²
  tape.backward(sum(slice(y, 0, 0, 3) * slice(y, 0, 1, 4)));
  EXPECT_EQ(adjoint(x), (Numbers{8, 4 * 10, 6 * 20, 8 * 9}));
}

TEST(View, CanBeTheLoss) {
  Tape tape;
  const Var x = vector(tape, {1, 2, 3}), y = square(x);
  tape.backward(slice(y, 0, 1, 2));
  EXPECT_EQ(adjoint(x), (Numbers{0, 4, 0}));
  tape.backward(reshape(sum(y), {1, 1, 1}));
  EXPECT_EQ(adjoint(x), (Numbers{2, 4, 6}));
}

TEST(View, StopGradientCutsOnlyItsOwnPath) {
  Tape tape;
  const Var x = vector(tape, {2, 3});
  tape.backward(sum(x * stop_gradient(x) + reshape(stop_gradient(x), {2})));
  EXPECT_EQ(adjoint(x), (Numbers{2, 3}));
}

TEST(View, RefusesToLookOutsideTheValue) {
  Tape tape;
  const Var x = vector(tape, {1, 2, 3});
  EXPECT_SAYS(Refused, "row: [2] at offset 2 does not lie inside [3]", tape.view("row", x, {2}, 2));
  EXPECT_SAYS(Refused, "row: [2] at offset 9223372036854775807 does not lie inside [3]",
              tape.view("row", x, {2}, std::numeric_limits<Index>::max()));
  EXPECT_THROW(tape.view("row", x, {1}, -1), Refused);
}

}  // namespace
}  // namespace doxa
