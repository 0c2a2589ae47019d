// Values and derivatives at infinities, and at 0 where an op is singular there. Each number was worked out by
// hand as a limit, or is the choice that ops.h states; NaN stands where there is no limit. Outside of its
// domain the value of an op is NaN, and its slope is that of the formula.

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <set>
#include <string>

#include "doxa/autograd/kernels/kernels.h"
#include "doxa/autograd/ops.h"
#include "tests/support/numbers.h"

namespace doxa {
namespace {

bool equal(Real a, Real b) { return a == b || (std::isnan(a) && std::isnan(b)); }
#define EXPECT_LIMIT(got, expected) EXPECT_PRED2(equal, got, expected)

constexpr Real inf = infinity, one_half = Real(0.5);

#define DOXA_UNARY(name, value, dx) #name,
#define DOXA_BINARY(name, value, da, db)
const char* const unary_names[] = {
#include "doxa/autograd/kernels/derivatives.def"
};
#undef DOXA_UNARY
#undef DOXA_BINARY
#define DOXA_UNARY(name, value, dx)
#define DOXA_BINARY(name, value, da, db) #name,
const char* const binary_names[] = {
#include "doxa/autograd/kernels/derivatives.def"
};
#undef DOXA_UNARY
#undef DOXA_BINARY

struct UnaryLimit {
  const char* op;
  Real x, value, slope;
};
const UnaryLimit unary_limits[] = {
    {"negate", inf, -inf, -1},
    {"negate", -inf, inf, -1},
    {"exp", inf, inf, inf},
    {"exp", -inf, 0, 0},
    {"expm1", inf, inf, inf},
    {"expm1", -inf, -1, 0},
    {"log", inf, inf, 0},
    {"log", 0, -inf, inf},
    {"log", -inf, nan, 0},
    {"log1p", inf, inf, 0},
    {"log1p", -1, -inf, inf},
    {"log1p", -inf, nan, 0},
    {"square", inf, inf, inf},
    {"square", -inf, inf, -inf},
    {"sqrt", inf, inf, 0},
    {"sqrt", 0, 0, 0},  // infinite, taken as 0
    {"sqrt", -inf, nan, nan},
    {"reciprocal", inf, 0, 0},
    {"reciprocal", -inf, 0, 0},
    {"reciprocal", 0, inf, -inf},
    {"reciprocal", Real{-0.0}, -inf, -inf},
    {"abs", inf, inf, 1},
    {"abs", -inf, inf, -1},
    {"abs", 0, 0, 0},
    {"sin", inf, nan, nan},
    {"sin", -inf, nan, nan},
    {"cos", inf, nan, nan},
    {"cos", -inf, nan, nan},
    {"tanh", inf, 1, 0},
    {"tanh", -inf, -1, 0},
    {"sigmoid", inf, 1, 0},
    {"sigmoid", -inf, 0, 0},
    {"softplus", inf, inf, 1},
    {"softplus", -inf, 0, 0},
    {"log_sigmoid", inf, 0, 0},
    {"log_sigmoid", -inf, -inf, 1},
    {"log1mexp", 0, -inf, -inf},
    {"log1mexp", -inf, 0, 0},
    {"log1mexp", inf, nan, 0},
    {"log_tanh_slope", inf, -inf, -2},
    {"log_tanh_slope", -inf, -inf, 2},
    {"log_tanh_slope", 0, 0, 0},
    {"relu", inf, inf, 1},
    {"relu", -inf, 0, 0},
    {"relu", 0, 0, 0},
    {"elu", inf, inf, 1},
    {"elu", -inf, -1, 0},
    {"elu", 0, 0, 1},
    {"silu", inf, inf, 1},
    {"silu", -inf, 0, 0},
};

struct BinaryLimit {
  const char* op;
  Real a, b, value, slope_a, slope_b;
};
const BinaryLimit binary_limits[] = {
    {"add", inf, 1, inf, 1, 1},
    {"add", 1, -inf, -inf, 1, 1},
    {"add", inf, inf, inf, 1, 1},
    {"add", inf, -inf, nan, 1, 1},
    {"subtract", inf, 1, inf, 1, -1},
    {"subtract", 1, inf, -inf, 1, -1},
    {"subtract", inf, -inf, inf, 1, -1},
    {"subtract", inf, inf, nan, 1, -1},
    {"multiply", inf, 2, inf, 2, inf},
    {"multiply", -2, inf, -inf, inf, -2},
    {"multiply", inf, inf, inf, inf, inf},
    {"multiply", inf, 0, nan, 0, inf},
    {"divide", 1, inf, 0, 0, 0},
    {"divide", 1, -inf, 0, 0, 0},
    {"divide", inf, 2, inf, one_half, -inf},
    {"divide", -inf, 2, -inf, one_half, inf},
    {"divide", inf, inf, nan, 0, nan},
    {"divide", 1, 0, inf, inf, -inf},
    {"divide", 1, Real{-0.0}, -inf, -inf, -inf},
    {"divide", -1, 0, -inf, inf, inf},
    {"divide", 0, 0, nan, inf, nan},
    {"minimum", inf, 1, 1, 0, 1},
    {"minimum", 1, inf, 1, 1, 0},
    {"minimum", -inf, 1, -inf, 1, 0},
    {"minimum", inf, inf, inf, one_half, one_half},
    {"maximum", inf, 1, inf, 1, 0},
    {"maximum", 1, -inf, 1, 1, 0},
    {"maximum", -inf, 1, 1, 0, 1},
    {"maximum", inf, inf, inf, one_half, one_half},
};

template <std::size_t n>
std::size_t index_of(const char* const (&names)[n], const std::string& name) {
  for (std::size_t i = 0; i < n; ++i)
    if (names[i] == name) return i;
  ADD_FAILURE() << "no op is called " << name;
  return 0;
}

TEST(Limits, OfOneOperand) {
  for (const UnaryLimit& limit : unary_limits)
    for (const Kernels* set : available_kernels()) {
      SCOPED_TRACE(std::string(limit.op) + '(' + std::to_string(limit.x) + "), " + set->name);
      const std::size_t op = index_of(unary_names, limit.op);
      const Real two = 2;
      Real y, dx = 3, product;
      set->unary[op](1, &limit.x, &y);
      set->unary_adjoint[op](1, &limit.x, &y, &two, &dx);
      set->unary_product[op](1, &limit.x, &y, &two, &product);
      EXPECT_LIMIT(y, limit.value);
      EXPECT_LIMIT(dx, 3 + 2 * limit.slope);
      EXPECT_LIMIT(product, 2 * limit.slope);
    }
}

TEST(Limits, OfTwoOperands) {
  for (const BinaryLimit& limit : binary_limits)
    for (const Kernels* set : available_kernels()) {
      SCOPED_TRACE(std::string(limit.op) + '(' + std::to_string(limit.a) + ", " + std::to_string(limit.b) +
                   "), " + set->name);
      const std::size_t op = index_of(binary_names, limit.op);
      const Real two = 2;
      Real y, da = 3, db = 3;
      set->binary[op](1, &limit.a, 1, &limit.b, 1, &y);
      set->binary_adjoint_a[op](1, &limit.a, 1, &limit.b, 1, &y, &two, &da);
      set->binary_adjoint_b[op](1, &limit.a, 1, &limit.b, 1, &y, &two, &db);
      EXPECT_LIMIT(y, limit.value);
      EXPECT_LIMIT(da, 3 + 2 * limit.slope_a);
      EXPECT_LIMIT(db, 3 + 2 * limit.slope_b);
    }
}

TEST(Limits, EveryElementaryOpHasSome) {
  std::set<std::string> at_inf, at_minus_inf, of_two;
  for (const UnaryLimit& limit : unary_limits)
    (limit.x == inf ? at_inf : limit.x == -inf ? at_minus_inf : of_two).insert(limit.op);
  for (const char* name : unary_names) {
    EXPECT_TRUE(at_inf.contains(name)) << name;
    EXPECT_TRUE(at_minus_inf.contains(name)) << name;
  }
  for (const BinaryLimit& limit : binary_limits) of_two.insert(limit.op);
  for (const char* name : binary_names) EXPECT_TRUE(of_two.contains(name)) << name;
}

TEST(Limits, OfTheErrorFunction) {
  Tape tape;
  const Var x = vector(tape, {inf, -inf}), y = erf(x);
  EXPECT_EQ(value(y), (Numbers{1, -1}));
  tape.backward(sum(y));
  EXPECT_EQ(adjoint(x), (Numbers{0, 0}));
}

// a^b; for a < 0 the slope in b is NaN, because a^b is defined at single points only.
TEST(Limits, OfPowers) {
  const BinaryLimit limits[] = {
      {"", 0, 2, 0, 0, 0},           {"", 0, 1, 0, 1, 0},
      {"", 0, one_half, 0, 0, 0},  // the slope in a is infinite, taken as 0
      {"", 0, 0, 1, 0, 0},         // that in b, too
      {"", 0, -1, inf, -inf, -inf},  {"", inf, 2, inf, inf, inf},
      {"", inf, 1, inf, 1, inf},     {"", inf, one_half, inf, 0, inf},
      {"", inf, 0, 1, 0, inf},       {"", inf, -1, 0, 0, 0},
      {"", -inf, 3, -inf, inf, nan}, {"", -inf, -1, 0, 0, nan},
      {"", 2, inf, inf, inf, inf},   {"", 2, -inf, 0, 0, 0},
      {"", one_half, inf, 0, 0, 0},  {"", one_half, -inf, inf, -inf, -inf},
      {"", 1, inf, 1, inf, 0},       {"", 1, -inf, 1, -inf, 0},
      {"", 0, inf, 0, 0, 0},         {"", 0, -inf, inf, -inf, -inf},
      {"", inf, inf, inf, inf, inf}, {"", inf, -inf, 0, 0, 0},
  };
  for (const BinaryLimit& limit : limits) {
    SCOPED_TRACE(std::to_string(limit.a) + " to the " + std::to_string(limit.b));
    Tape tape;
    const Var a = tape.variable(limit.a), b = tape.variable(limit.b);
    for (const Var y : {pow(a, b), pow(a, limit.b), pow(limit.a, b)}) EXPECT_LIMIT(y.item(), limit.value);
    tape.backward(pow(a, b));
    EXPECT_LIMIT(a.adjoint()[0], limit.slope_a);
    EXPECT_LIMIT(b.adjoint()[0], limit.slope_b);
    tape.backward(pow(a, limit.b) + pow(limit.a, b));
    EXPECT_LIMIT(a.adjoint()[0], limit.slope_a);
    EXPECT_LIMIT(b.adjoint()[0], limit.slope_b);
  }
}

// An element at inf outweighs all finite ones; several share equally, as they do at every equal finite value.
struct LaneLimit {
  std::array<Real, 3> x;
  Real value;                  // of logsumexp
  std::array<Real, 3> weight;  // of softmax, and the slope of logsumexp
};
const LaneLimit lane_limits[] = {
    {{inf, 0, -5}, inf, {1, 0, 0}},
    {{0, inf, -inf}, inf, {0, 1, 0}},
    {{inf, 0, inf}, inf, {one_half, 0, one_half}},
    {{0, 0, -inf}, std::log(Real{2}), {one_half, one_half, 0}},
    {{-inf, 3, -inf}, 3, {0, 1, 0}},
};

// The lane as a row of a matrix, or as a column.
Var lane_of(Tape& tape, const LaneLimit& limit, int axis) {
  Tensor x(axis == 1 ? Shape{2, 3} : Shape{3, 2}, Real{0});
  for (Index j = 0; j < 3; ++j) x[axis == 1 ? 3 + j : 2 * j + 1] = limit.x[static_cast<std::size_t>(j)];
  return tape.variable(x);
}
Real in_lane(std::span<const Real> all, int axis, std::size_t j) {
  return all[axis == 1 ? 3 + j : 2 * j + 1];
}

TEST(Limits, OfLogSumExp) {
  for (const LaneLimit& limit : lane_limits)
    for (const int axis : {0, 1}) {
      Tape tape;
      const Var x = lane_of(tape, limit, axis), y = logsumexp(x, axis);
      EXPECT_LE(ulps(y.value()[1], limit.value), 1);
      tape.backward(y, vector({1, 2}));
      for (std::size_t j = 0; j < 3; ++j)
        EXPECT_EQ(in_lane(x.adjoint(), axis, j), 2 * limit.weight[j]) << limit.x[0] << ' ' << j;
    }
}

// With weights p: ∂p_i/∂x_j = p_i (δ_ij - p_j) and ∂ log p_i/∂x_j = δ_ij - p_j.
TEST(Limits, OfSoftmaxAndLogSoftmax) {
  for (const LaneLimit& limit : lane_limits)
    for (const int axis : {0, 1})
      for (std::size_t i = 0; i < 3; ++i) {
        Tape tape;
        const Var x = lane_of(tape, limit, axis), p = softmax(x, axis), l = log_softmax(x, axis);
        EXPECT_EQ(in_lane(p.value(), axis, i), limit.weight[i]);
        EXPECT_EQ(in_lane(l.value(), axis, i), std::log(limit.weight[i]));
        Tensor e(x.shape(), Real{0});
        e[static_cast<Index>(axis == 1 ? 3 + i : 2 * i + 1)] = 1;
        tape.backward(p, e);
        for (std::size_t j = 0; j < 3; ++j)
          EXPECT_EQ(in_lane(x.adjoint(), axis, j), limit.weight[i] * ((i == j) - limit.weight[j]));
        tape.backward(l, e);
        for (std::size_t j = 0; j < 3; ++j)
          EXPECT_EQ(in_lane(x.adjoint(), axis, j), (i == j) - limit.weight[j]);
      }
}

// Without a finite element or one at inf there is no limit but that of logsumexp, whose gradient is then
// taken as 0.
TEST(Limits, OfAnImpossibleLane) {
  Tape tape;
  const Var x = vector(tape, {-inf, -inf}), y = logsumexp(x);
  EXPECT_EQ(y.item(), -inf);
  tape.backward(y);
  EXPECT_EQ(adjoint(x), (Numbers{0, 0}));
  for (const Real p : value(softmax(x))) EXPECT_TRUE(std::isnan(p));
  for (const Real l : value(log_softmax(x))) EXPECT_TRUE(std::isnan(l));
}

TEST(Limits, OfMultiplesByAnInfiniteConstant) {
  Tape tape;
  const Var x = vector(tape, {1, 2}), y = x * inf;
  EXPECT_EQ(value(y), (Numbers{inf, inf}));
  tape.backward(y, vector({0, 1}));
  EXPECT_EQ(adjoint(x), (Numbers{0, inf}));
}

}  // namespace
}  // namespace doxa
