#include <gtest/gtest.h>

#include <cmath>
#include <stdexcept>
#include <utility>

#include "doxa/models/nn/adam.h"
#include "doxa/models/nn/gru.h"
#include "doxa/models/nn/mlp.h"
#include "tests/support/numbers.h"
#include "tests/support/rounding.h"
#include "tests/support/thrown.h"

namespace doxa {
namespace {

// With a constant gradient the bias-corrected moments are g and g² at every step, so each step is rate ·
// sign(g).
TEST(Adam, StepsByItsRateUnderAConstantGradient) {
  Parameter p("p", Tensor(Shape{3}, {1, -2, 5}));
  Adam adam{.rate = 0.1};
  for (int t = 1; t <= 20; ++t) {
    p.gradient = Tensor(Shape{3}, {0.5, -40, Real(1e-3)});
    adam.step({&p});
    const double tolerance =
        64 * t * unit_roundoff + t * 0.1 * adam.epsilon / 1e-3;  // rounding, and ε against the smallest |g|
    EXPECT_NEAR(p.value[0], 1 - 0.1 * t, tolerance);
    EXPECT_NEAR(p.value[1], -2 + 0.1 * t, tolerance);
    EXPECT_NEAR(p.value[2], 5 - 0.1 * t, tolerance);
  }
}

TEST(Adam, IsInvariantToTheScaleOfTheLoss) {
  Parameter a("a", Tensor(Shape{}, {1})), b("b", Tensor(Shape{}, {1}));
  Adam adam_a{.rate = 0.05, .epsilon = 0}, adam_b{.rate = 0.05, .epsilon = 0};
  for (int t = 0; t < 10; ++t) {
    a.gradient[0] = 2 * a.value[0];
    b.gradient[0] = 1024 * 2 * b.value[0];  // a power of two: no rounding differs
    adam_a.step({&a});
    adam_b.step({&b});
    EXPECT_EQ(a.value[0], b.value[0]);
  }
}

TEST(Adam, MinimisesAQuadratic) {
  Parameter x("x", Tensor(Shape{2}, {3, -4}));
  Adam adam{.rate = 0.1};
  Tape tape;
  for (int t = 0; t < 500; ++t) {
    tape.clear();
    tape.backward(sum(square(x.on(tape) - tape.constant({2}, {1, 2}))));
    adam.step({&x});
  }
  EXPECT_NEAR(x.value[0], 1, 1e-3);
  EXPECT_NEAR(x.value[1], 2, 1e-3);
}

TEST(Adam, ClipsTheGlobalNormAndReportsIt) {
  Parameter a("a", Tensor(Shape{1})), b("b", Tensor(Shape{1}));
  a.gradient[0] = 30;
  b.gradient[0] = 40;
  Adam adam{.beta1 = 0, .beta2 = 0, .max_norm = 5};
  EXPECT_NEAR(adam.step({&a, &b}), 50, 50 * 4 * unit_roundoff);
  EXPECT_NEAR(adam.means[0][0], 3, 8 * unit_roundoff * 3);  // with β₁ = 0 the mean is the clipped gradient
  EXPECT_NEAR(adam.means[1][0], 4, 8 * unit_roundoff * 4);
}

TEST(Adam, UsesUpTheGradients) {
  Parameter p("p", Tensor(Shape{2}, {1, 1}));
  p.gradient = Tensor(Shape{2}, {1, 2});
  Adam adam;
  adam.step({&p});
  EXPECT_EQ(p.gradient[0], 0);
  EXPECT_EQ(p.gradient[1], 0);
}

TEST(Adam, RefusesAGradientThatIsNotFiniteAndChangesNothing) {
  Parameter good("good", Tensor(Shape{1}, {1})), bad("encoder/bad", Tensor(Shape{1}, {1}));
  good.gradient[0] = 1;
  bad.gradient[0] = nan;
  Adam adam;
  EXPECT_SAYS(std::domain_error, "adam: the gradient of encoder/bad is not finite", adam.step({&good, &bad}));
  EXPECT_EQ(good.value[0], 1);
  EXPECT_EQ(adam.steps, 0);
}

// In the very step, not as a NaN of the next one; clipped first, it is a gradient like any other.
TEST(Adam, RefusesAGradientWhoseSquareOverflows) {
  const Real most = std::numeric_limits<Real>::max(), root = std::sqrt(most);
  Parameter p("p", Tensor(Shape{2}, {1, 1}));
  for (const Real g : {root, 2 * root, most, -most}) {  // of root, v/(1 - β₂ᵗ) overflows at step 2
    p.gradient[1] = g;
    Adam adam;
    EXPECT_SAYS(std::domain_error, "adam: the gradient of p is too large: its square overflows",
                adam.step({&p}));
    EXPECT_EQ(adam.steps, 0);
    EXPECT_EQ(numbers(p.value), Numbers(2, 1));
  }
  Adam plain{.rate = 0.5}, clipped{.rate = 0.5, .max_norm = 1};
  for (int step = 0; step < 3; ++step) {
    p.gradient[1] = root / 2;
    plain.step({&p});
  }
  // Steps of the rate, as exact as 1 - β₂ = 0.001.
  EXPECT_NEAR(p.value[1], -0.5, 3 * 0.5 * unit_roundoff / 0.001);
  for (int step = 0; sizeof(Real) == 4 && step < 2; ++step) {
    p.gradient[1] = 4 * root;  // whose square in double is finite
    clipped.step({&p});
    EXPECT_NEAR(p.value[1], -1 - 0.5 * step, 5 * 0.5 * unit_roundoff / 0.001);
  }
}

TEST(Adam, RefusesOtherParametersThanThoseOfTheFirstStep) {
  Parameter a("a", Tensor(Shape{1})), b("b", Tensor(Shape{2}));
  Adam adam;
  adam.step({&a});
  EXPECT_THROW(adam.step({&a, &b}), Refused);
  EXPECT_THROW(adam.step({&b}), Refused);
}

TEST(Linear, KeepsTheVarianceOfARow) {
  Philox random(1);
  Linear layer("l", 400, 300, random);
  Tape tape;
  const Var y = layer(tape.constant(normal_noise({50, 400}, random)));
  double squares = 0;
  for (const Real v : y.value()) squares += double(v) * double(v);
  // 15000 outputs of variance 1, correlated through 400 · 300 weights; five standard errors of the
  // chi-square.
  EXPECT_NEAR(squares / 15000, 1, 5 * std::sqrt(2.0 / 15000) + 5 * std::sqrt(2.0 / (50 * 400)));
}

TEST(Mlp, WithZeroWeightsIsItsLastBias) {
  Philox random(2);
  Mlp mlp("m", {3, 8, 2}, random);
  for (Parameter* p : parameters(mlp))
    for (Real& w : p->value.span()) w = 0;
  mlp.layers.back().bias.value = Tensor(Shape{2}, {5, -6});
  Tape tape;
  const Var y = mlp(tape.constant(normal_noise({4, 3}, random)));
  for (Index i = 0; i < 4; ++i) {
    EXPECT_EQ(y.tensor()(i, 0), 5);
    EXPECT_EQ(y.tensor()(i, 1), -6);
  }
  EXPECT_EQ(count(parameters(mlp)), 3 * 8 + 8 + 8 * 2 + 2);
  EXPECT_THROW(Mlp("m", {3}, random), Refused);
}

TEST(Mlp, NamesItsParametersByLayer) {
  Philox random(2);
  Mlp mlp("encoder", {3, 8, 2}, random);
  EXPECT_EQ(parameters(mlp)[2]->name, "encoder/layer2/weight");
}

// h' = n + u (h - n) with n in (-1,1) and u in (0,1): a state that starts inside [-1,1] never leaves it.
TEST(GruCell, KeepsTheStateInTheUnitBox) {
  Philox random(3);
  GruCell gru("g", 2, 5, random);
  Tape tape;
  Var h = tape.constant({4, 5}, Real{1});
  for (int k = 0; k < 50; ++k) h = gru(tape.constant(normal_noise({4, 2}, random)), h);
  for (const Real v : h.value()) EXPECT_LE(std::abs(v), 1);
}

TEST(GruCell, WithAnOpenUpdateGateRemembersItsState) {
  Philox random(3);
  GruCell gru("g", 2, 5, random);
  for (Index i = 5; i < 10; ++i) gru.input.bias.value[i] = 1000;  // u = σ(1000 + …) = 1
  Tape tape;
  const Tensor state = normal_noise({4, 5}, random);
  const Var h = gru(tape.constant(normal_noise({4, 2}, random)), tape.constant(state));
  for (Index i = 0; i < state.size(); ++i)
    EXPECT_NEAR(h.value()[static_cast<std::size_t>(i)], state[i], 8 * unit_roundoff);
}

TEST(GruCell, RefusesOtherShapesNamingThem) {
  Philox random(1);
  GruCell cell("summary", 3, 4, random);
  Tape tape;
  const auto of = [&](const Shape& shape) { return tape.constant(shape, Real{0}); };
  EXPECT_NO_THROW(cell(of({2, 3}), of({2, 4})));
  for (const auto& [x, h] :
       {std::pair{Shape{2, 5}, Shape{2, 4}}, {Shape{2, 3}, Shape{1, 4}}, {Shape{3}, Shape{4}}}) {
    const Var input = of(x), state = of(h);
    EXPECT_SAYS(Refused, "summary: gru: expected [m,3] and [m,4], got " + x.str() + " and " + h.str(),
                cell(input, state));
  }
}

}  // namespace
}  // namespace doxa
