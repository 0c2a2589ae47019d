// An output that the loss does not depend on adds exactly 0 to every adjoint, even if it is NaN or infinite.
// The same is held for every gradient case in tests/gradcheck; here stand the fused ops by name.

#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <string>

#include "doxa/autograd/ops.h"
#include "tests/support/numbers.h"

namespace doxa {
namespace {

struct RowOp {
  const char* name;
  Var (*f)(Var);  ///< [3,3] or more -> [3] or [3, …]: row i of the result depends on row i of x alone
};

const RowOp row_ops[] = {
    {"logsumexp", [](Var x) { return logsumexp(x, 1); }},
    {"softmax", [](Var x) { return softmax(x, 1); }},
    {"log_softmax", [](Var x) { return log_softmax(x, 1); }},
    {"variance", [](Var x) { return variance(x, 1); }},
    {"standard deviation", [](Var x) { return sqrt(variance(x, 1)); }},
    {"mean", [](Var x) { return mean(x, 1); }},
    {"norm", [](Var x) { return norm(x, 1); }},
    {"norm of columns", [](Var x) { return norm(transpose(x), 0); }},
    {"prod", [](Var x) { return prod(x, 1); }},
    {"cumsum", [](Var x) { return cumsum(x, 1); }},
    {"max", [](Var x) { return max(x, 1); }},
    {"logsumexp of columns", [](Var x) { return logsumexp(transpose(x), 0); }},
    {"softmax of columns", [](Var x) { return transpose(softmax(transpose(x), 0)); }},
    {"log_softmax of columns", [](Var x) { return transpose(log_softmax(transpose(x), 0)); }},
    {"variance of columns", [](Var x) { return variance(transpose(x), 0); }},
    {"matmul from the left",
     [](Var x) {
       return matmul(x, x.tape().constant({3, 2}, {1, 2, 3, 4, 5, 6}));
     }},
    {"matmul from the right",
     [](Var x) {
       return transpose(matmul(x.tape().constant({2, 3}, {1, 2, 3, 4, 5, 6}), transpose(x)));
     }},
    {"solve_triangular",
     [](Var x) {
       const Var t = x.tape().constant({3, 3}, {2, 0, 0, 1, 3, 0, -1, 1, 4});
       return transpose(solve_triangular(t, transpose(x)));
     }},
};

// The gradient of the first and last row of f(x), which do not depend on the row in the middle.
Numbers gradient_of_outer_rows(const RowOp& op, const Tensor& x) {
  Tape tape;
  const Var v = tape.variable(x), y = op.f(v);
  const Tensor mask = y.rank() == 1 ? Tensor(Shape{3}, {1, 0, 1}) : Tensor(Shape{3, 1}, {1, 0, 1});
  tape.backward(sum(square(where(mask, y, tape.constant(0)))));
  return adjoint(v);
}

TEST(ZeroCotangent, OfARowLeavesTheGradientOfTheOthers) {
  const Tensor clean(Shape{3, 3}, {1, -2, Real(0.5), 3, 1, 2, Real(-1.5), Real(0.25), 1});
  for (const RowOp& op : row_ops) {
    Numbers expected = gradient_of_outer_rows(op, clean);
    for (Index j = 3; j < 6; ++j) EXPECT_EQ(expected[static_cast<std::size_t>(j)], 0) << op.name;
    for (const Real planted : {nan, infinity, -infinity})
      for (const Index count : {1, 2, 3}) {
        Tensor x = clean;
        for (Index j = 0; j < count; ++j) x[3 + j] = planted;
        EXPECT_EQ(gradient_of_outer_rows(op, x), expected) << op.name << ", " << count << " of " << planted;
      }
  }
}

// The gradients with respect to x, W and b of the outer rows, or columns, of f(x W + b).
std::vector<Numbers> affine_gradients(const Tensor& x, const Tensor& w, Activation f, bool columns) {
  Tape tape;
  const Var vx = tape.variable(x), vw = tape.variable(w), b = tape.variable(vector({1, 2, 3}));
  const Tensor mask = columns ? vector({1, 0, 1}) : Tensor(Shape{3, 1}, {1, 0, 1});
  tape.backward(sum(where(mask, affine(vx, vw, b, f), tape.constant(0))));
  return {adjoint(vx), adjoint(vw), adjoint(b)};
}

TEST(ZeroCotangent, OfARowOrColumnOfALayer) {
  const Tensor x(Shape{3, 2}, {Real(0.1), Real(0.2), Real(-0.3), Real(0.4), Real(0.5), Real(-0.6)});
  const Tensor w(Shape{2, 3}, {Real(0.3), Real(-0.2), Real(0.1), Real(0.4), Real(0.2), Real(-0.5)});
  for (const Activation f : {Activation::identity, Activation::tanh, Activation::sigmoid})
    for (const Real planted : {nan, infinity, -infinity}) {
      Tensor in_row = x, in_column = w;
      in_row[2] = planted;     // row 1 of x
      in_column[4] = planted;  // column 1 of W
      EXPECT_EQ(affine_gradients(in_row, w, f, false), affine_gradients(x, w, f, false)) << planted;
      EXPECT_EQ(affine_gradients(x, in_column, f, true), affine_gradients(x, w, f, true)) << planted;
    }
}

TEST(ZeroCotangent, OfAProductOfVectors) {
  Tape tape;
  const Var a = vector(tape, {1, nan, infinity}), b = vector(tape, {2, 3, 4});
  tape.backward(where(Tensor(Shape{}, Real{0}), dot(a, b), tape.constant(1)));
  EXPECT_EQ(adjoint(a), (Numbers{0, 0, 0}));
  EXPECT_EQ(adjoint(b), (Numbers{0, 0, 0}));
}

// Of a stack of matrices the second is NaN, and of a single one the last row, on which the others do not
// depend.
TEST(ZeroCotangent, OfAMatrixOfAStack) {
  const auto gradient = [](Real planted, auto f) {
    Tape tape;
    const Var a = tape.variable(Tensor(Shape{2, 2, 2}, {4, 1, 1, 3, planted, 1, planted, 3}));
    const Var y = f(a);
    const Shape mask = y.rank() == 1 ? Shape{2} : Shape{2, 1, 1};
    tape.backward(sum(where(Tensor(mask, {1, 0}), y, tape.constant(0))));
    return adjoint(a);
  };
  const auto of_triangle = [](Var a) { return solve_triangular(a, a.tape().constant({2, 1}, {1, 2})); };
  for (const Real planted : {nan, infinity}) {
    EXPECT_EQ(gradient(planted, of_triangle), gradient(2, of_triangle));
    EXPECT_EQ(gradient(planted, log_det_from_cholesky), gradient(2, log_det_from_cholesky));
  }
  EXPECT_EQ(gradient(nan, cholesky), gradient(2, cholesky));

  Tape tape;
  const Var a = tape.variable(Tensor(Shape{2, 2}, {4, 0, nan, 3}));
  tape.backward(cholesky(a), Tensor(Shape{2, 2}, {1, 0, 0, 0}));
  EXPECT_EQ(adjoint(a), (Numbers{Real(0.25), 0, 0, 0}));  // ∂√4 = 1/4
}

// A cotangent that is not 0 passes NaN and infinities on: nothing is hidden.
TEST(ZeroCotangent, HidesNothingElse) {
  Tape tape;
  const Var x = tape.variable(Tensor(Shape{2, 2}, {1, nan, 2, 3})),
            w = tape.variable(Tensor(Shape{2, 1}, {4, 5}));
  const Var y = matmul(x, w);
  tape.backward(y, Tensor(Shape{2, 1}, {1, 1}));
  EXPECT_EQ(adjoint(w)[0], 3);
  EXPECT_TRUE(std::isnan(adjoint(w)[1]));
  EXPECT_EQ(adjoint(x), (Numbers{4, 5, 4, 5}));
  tape.backward(logsumexp(x, 1), Tensor(Shape{2}, {1, 0}));
  EXPECT_TRUE(std::isnan(adjoint(x)[0]));
  EXPECT_EQ(adjoint(x)[2], 0);
}

// A zero on the diagonal makes 0/0 of a cotangent of 0.
TEST(ZeroCotangent, OverAZeroPivot) {
  Tape tape;
  const Var a = tape.variable(Tensor(Shape{2, 2, 2}, {2, 0, 1, 4, 0, 0, 0, 0}));
  const Var b = tape.variable(Tensor(Shape{2, 2, 1}, {4, 1, 0, 0}));
  tape.backward(sum(where(Tensor(Shape{2, 1, 1}, {1, 0}), solve_triangular(a, b), tape.constant(0))));
  const Numbers da = adjoint(a);
  EXPECT_EQ((Numbers(da.begin() + 4, da.end())), (Numbers{0, 0, 0, 0}));
  // x = (2, -1/4), dB = W = A⁻ᵀ (1, 1) = (3/8, 1/4), dA = -W xᵀ
  EXPECT_EQ((Numbers(da.begin(), da.begin() + 4)), (Numbers{Real(-0.75), 0, Real(-0.5), Real(0.0625)}));
  EXPECT_EQ(adjoint(b), (Numbers{Real(0.375), Real(0.25), 0, 0}));

  // x_0 = b_0 / T_00 does not depend on the second pivot.
  const Var t = tape.variable(Tensor(Shape{2, 2}, {2, 0, 1, 0})),
            c = tape.variable(Tensor(Shape{2, 1}, {4, 1}));
  tape.backward(solve_triangular(t, c), Tensor(Shape{2, 1}, {1, 0}));
  EXPECT_EQ(adjoint(t), (Numbers{-1, 0, 0, 0}));
  EXPECT_EQ(adjoint(c), (Numbers{Real(0.5), 0}));

  // Transposed, x_1 = b_1 / T_11 = inf with the slope -b_1 / T_11² = -inf.
  tape.backward(solve_triangular(t, c, Triangle::lower, true), Tensor(Shape{2, 1}, {0, 1}));
  EXPECT_EQ(adjoint(t)[3], -infinity);
  EXPECT_EQ(adjoint(c)[1], infinity);
}

TEST(ZeroCotangent, ReplacesNoInfinityThatMeetsAnInfiniteCotangent) {
  Tape tape;
  const Var a = tape.variable(Tensor(Shape{1, 1}, {infinity})), b = tape.variable(Tensor(Shape{1, 1}, {2}));
  tape.backward(square(matmul(a, b)));
  EXPECT_EQ(a.adjoint()[0], infinity);
  EXPECT_EQ(b.adjoint()[0], infinity);
  tape.backward(square(matmul(b, a)));
  EXPECT_EQ(a.adjoint()[0], infinity);
  EXPECT_EQ(b.adjoint()[0], infinity);

  const Var row = tape.variable(Tensor(Shape{1, 2}, {infinity, 1})),
            column = tape.variable(Tensor(Shape{2, 1}, {2, 3}));
  tape.backward(matmul(row, column), Tensor(Shape{1, 1}, {infinity}));
  EXPECT_EQ(adjoint(column), (Numbers{infinity, infinity}));
  EXPECT_EQ(adjoint(row), (Numbers{infinity, infinity}));
  // The second event has an infinite cotangent, the first none; a layer writes its adjoints where nothing
  // was.
  const Var x = tape.variable(Tensor(Shape{2, 2}, {nan, nan, infinity, 1})), bias = vector(tape, {0});
  tape.backward(affine(x, column, bias), Tensor(Shape{2, 1}, {0, infinity}));
  EXPECT_EQ(adjoint(column), (Numbers{infinity, infinity}));
  EXPECT_EQ(adjoint(x), (Numbers{0, 0, infinity, infinity}));
}

}  // namespace
}  // namespace doxa
