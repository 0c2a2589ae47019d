// Sums of ten million terms, wherever the engine makes one. Additions one after another would lose up to half
// of n units of rounding: in single precision the mean of 20,000,000 ones would be 0.84.

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "doxa/autograd/checkpoint.h"
#include "doxa/autograd/ops.h"
#include "tests/support/numbers.h"

namespace doxa {
namespace {

constexpr Index ten_million = 10'000'000;

// Terms on which rounding errors add up: all alike, or all of one sign.
Real term(Index i, bool alike) {
  return alike ? Real(0.1) : 250 + 70 * static_cast<Real>(i * 2654435761 % (1 << 22)) / (1 << 22);
}

Tensor terms(const Shape& shape, bool alike) {
  Tensor x(shape);
  for (Index i = 0; i < x.size(); ++i) x[i] = term(i, alike);
  return x;
}

// The exact sum of the terms first, first + stride, … below n: the product of two numbers, or a sum of
// multiples of 2^-21 below 2^32.
long double total(Index n, bool alike, Index stride = 1, Index first = 0) {
  if (alike) return static_cast<long double>((n - first + stride - 1) / stride) * term(0, alike);
  long double sum = 0;
  for (Index i = first; i < n; i += stride) sum += term(i, alike);
  return sum;
}

// `found` is off by less than the square root of n units of rounding. (Single precision, which needs it more,
// has shorter blocks.)
constexpr double units_allowed = sizeof(Real) == 8 ? 3000 : 500;

void expect_sum(Real found, long double exact, const char* what) {
  const long double units = std::abs(static_cast<long double>(found) - exact) / (unit_roundoff * exact);
  EXPECT_LE(units, units_allowed) << what;
}

class LongSums : public testing::TestWithParam<bool> {};
INSTANTIATE_TEST_SUITE_P(, LongSums, testing::Bool(),
                         [](const auto& which) { return which.param ? "OfEqualTerms" : "OfTermsOfOneSign"; });

TEST_P(LongSums, OverAnyAxis) {
  const bool alike = GetParam();
  Tape tape;
  const Var x = tape.constant(terms({ten_million}, alike));
  const long double exact = total(ten_million, alike);
  expect_sum(sum(x).item(), exact, "all");
  expect_sum(mean(x).item(), exact / ten_million, "mean");
  expect_sum(sum(reshape(x, {ten_million, 1}), 0).item(), exact, "axis 0 of one column");
  expect_sum(sum(reshape(x, {ten_million / 4, 4}), 0).value()[1], total(ten_million, alike, 4, 1), "axis 0");
  expect_sum(sum(reshape(x, {ten_million / 1000, 1000}), 0).value()[999],
             total(ten_million, alike, 1000, 999), "axis 0 of wide rows");
  expect_sum(sum(reshape(x, {2, ten_million / 4, 2}), 1).value()[0], total(ten_million / 2, alike, 2),
             "axis 1");
  const Var one = tape.constant({ten_million}, Real{1});
  expect_sum(dot(x, one).item(), exact, "dot");
}

TEST_P(LongSums, InMatrixProducts) {
  const bool alike = GetParam();
  Tape tape;
  const Var x = tape.constant(terms({ten_million / 2, 2}, alike));
  const Var one = tape.constant({1, ten_million / 2}, Real{1});
  const Var y = matmul(one, x);
  for (Index j : {0, 1})
    expect_sum(y.value()[static_cast<std::size_t>(j)], total(ten_million, alike, 2, j), "matmul");
  const Var z = matmul(transpose(x), transpose(one));
  expect_sum(z.value()[0], total(ten_million, alike, 2), "transposed");
}

// Each element of a small operand stands for many: its derivative is the sum of theirs.
template <class F>
void expect_sums_in_derivative(const char* what, Index n, const Shape& shape, bool alike, F f) {
  Tape tape;
  const Var b = tape.variable(Tensor(shape, 1)), x = tape.constant({n, 2}, Real{1});
  tape.backward(f(x, b), terms({n, 2}, alike));
  const Index size = b.size();
  for (Index j = 0; j < size; ++j)
    expect_sum(b.adjoint()[static_cast<std::size_t>(j)], total(2 * n, alike, size, j), what);
}

TEST_P(LongSums, InDerivativesOfASum) {
  for (const Shape& shape : {Shape{2}, Shape{1, 2}, Shape{}})
    expect_sums_in_derivative("add", ten_million / 2, shape, GetParam(), [](Var x, Var b) { return x + b; });
}

TEST_P(LongSums, InDerivativesOfAProduct) {
  for (const Shape& shape : {Shape{2}, Shape{}})
    expect_sums_in_derivative("multiply", ten_million / 2, shape, GetParam(),
                              [](Var x, Var b) { return b * x; });
}

TEST_P(LongSums, InDerivativesOfAProductWithASum) {
  for (const Shape& shape : {Shape{2}, Shape{1, 2}, Shape{}}) {
    expect_sums_in_derivative("multiply_add, factor", ten_million / 2, shape, GetParam(),
                              [](Var x, Var b) { return multiply_add(b, x, x); });
    expect_sums_in_derivative("multiply_add, term", ten_million / 2, shape, GetParam(),
                              [](Var x, Var b) { return multiply_add(x, x, b); });
  }
}

TEST_P(LongSums, InDerivativesOfRepetition) {
  for (const Shape& shape : {Shape{2}, Shape{}})
    expect_sums_in_derivative("broadcast_to", ten_million / 2, shape, GetParam(),
                              [](Var x, Var b) { return broadcast_to(b, x.shape()); });
}

TEST_P(LongSums, InDerivativesOfAChoice) {
  for (const Shape& shape : {Shape{2}, Shape{}})
    expect_sums_in_derivative("where", ten_million / 2, shape, GetParam(),
                              [](Var x, Var b) { return where(x, b, x); });
}

TEST_P(LongSums, InDerivativesOfAPower) {
  for (const Shape& shape : {Shape{2}, Shape{}})
    expect_sums_in_derivative("pow", ten_million / 8, shape, GetParam(),
                              [](Var x, Var b) { return pow(b, x); });
}

TEST_P(LongSums, InTheDerivativesOfALayer) {
  const bool alike = GetParam();
  Tape tape;
  constexpr Index n = ten_million / 2;
  const Var x = tape.constant({n, 1}, Real{1});
  const Var w = tape.variable(Tensor({1, 2}, 1)), b = tape.variable(Tensor({2}, 1));
  tape.backward(affine(x, w, b), terms({n, 2}, alike));
  for (Index j : {0, 1}) {
    const auto at = static_cast<std::size_t>(j);
    expect_sum(b.adjoint()[at], total(2 * n, alike, 2, j), "bias");
    expect_sum(w.adjoint()[at], total(2 * n, alike, 2, j), "weight");
  }
}

TEST_P(LongSums, InTheDerivativeOfAnElementTakenAgainAndAgain) {
  const bool alike = GetParam();
  std::vector<Index> indices(ten_million / 2, 1);
  for (std::size_t i = 0; i < indices.size(); i += 100) indices[i] = 0;
  Tape tape;
  const Var x = tape.variable(Tensor({3, 2}, 1));
  tape.backward(take(x, indices), terms({ten_million / 2, 2}, alike));
  const long double rare = total(ten_million, alike, 200);
  expect_sum(x.adjoint()[0], rare, "one in hundred");
  expect_sum(x.adjoint()[2], total(ten_million, alike, 2) - rare, "the others");
  EXPECT_EQ(x.adjoint()[5], 0);
}

TEST_P(LongSums, InTheDerivativesOfMatricesUsedAgainAndAgain) {
  const bool alike = GetParam();
  constexpr Index n = ten_million / 4;
  const Tensor g = terms({n, 1, 1}, alike);
  Tape tape;
  const Var a = tape.variable(Tensor({1, 1}, 1)), b = tape.constant({n, 1, 1}, Real{1});
  tape.backward(matmul(a, b), g);
  expect_sum(a.adjoint()[0], total(n, alike), "matmul");
  tape.backward(triangular_matmul(a, b), g);
  expect_sum(a.adjoint()[0], total(n, alike), "triangular_matmul");
  tape.backward(solve_triangular(a, b), g);
  expect_sum(-a.adjoint()[0], total(n, alike), "solve_triangular");
}

// A recurrence reads its weight at every step.
TEST(LongSum, OfTheUsesOfALeaf) {
  constexpr int steps = 300'000;
  Tensor w(Shape{2}, 1), gradient(Shape{2});
  Tape tape;
  for (int again = 0; again < 2; ++again) {
    tape.clear();
    Var h = tape.constant({2}, Real{0});
    for (int t = 0; t < steps; ++t) h = h + tape.leaf(w, gradient);
    tape.backward(h, vector({Real(0.1), 250}));
    for (const Index j : {0, 1})
      expect_sum(gradient[j], static_cast<long double>(steps) * (j == 0 ? Real(0.1) : Real{250}), "leaf");
  }
}

TEST(LongSum, OfTheUsesOfALeafInRecomputedBlocks) {
  constexpr int blocks = 600, steps = 500;
  Tensor w(Shape{}, 1), gradient(Shape{});
  Tape tape;
  Var h = tape.constant(0);
  for (int block = 0; block < blocks; ++block)
    h = checkpoint(
        [&](std::span<const Var> in) {
          Var x = in[0];
          for (int t = 0; t < steps; ++t) x = x + tape.leaf(w, gradient);
          return x;
        },
        {h});
  tape.backward(h, Tensor(Shape{}, Real(0.1)));
  expect_sum(gradient[0], static_cast<long double>(blocks) * steps * Real(0.1), "leaf");
}

TEST(LongSum, OfExponentialsIsALogarithm) {
  Tape tape;
  const Var x = tape.constant({ten_million, 1}, Real(0.1));
  EXPECT_NEAR(logsumexp(x, 0).item(), std::log(static_cast<double>(ten_million)) + Real(0.1),
              64 * unit_roundoff);
  Tensor y({ten_million}, Real(-30));
  y[3] = 0;  // softmax takes this element apart from the others
  EXPECT_LE(ulps(logsumexp(tape.constant(y)).item(), std::log1p((ten_million - 1) * std::exp(-30.0L))),
            units_allowed);
}

TEST(LongSum, KeepsNaNAndInfinity) {
  const Real large = std::numeric_limits<Real>::max();
  for (const Real x : {infinity, -infinity, nan})
    for (const Index at : {Index{0}, Index{5000}, Index{99999}}) {
      Tensor y({100000, 1}, 1);
      y[at] = x;
      Tape tape;
      const Var v = tape.constant(y), one = tape.constant({100000, 1}, Real{1});
      for (const Var total : {sum(v), sum(v, 0), matmul(transpose(v), one)})
        EXPECT_TRUE(std::isnan(x) ? std::isnan(total.value()[0]) : total.value()[0] == x) << x << ' ' << at;
    }
  Tape tape;
  EXPECT_EQ(sum(tape.constant({100000, 1}, large), 0).value()[0], infinity);
}

}  // namespace
}  // namespace doxa
