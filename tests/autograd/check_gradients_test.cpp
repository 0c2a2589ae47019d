// What check_gradients says of derivatives that are known: right ones, wrong ones, and those that differences
// cannot know.

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <vector>

#include "doxa/autograd/gradcheck.h"
#include "doxa/autograd/ops.h"
#include "doxa/autograd/random.h"
#include "tests/support/thrown.h"

namespace doxa {
namespace {

using Inputs = std::span<const Var>;

const std::vector<Tensor> three{Tensor(Shape{3}, {Real(0.5), Real(-1.25), 1})};

// x² with `factor` times its derivative.
Var wrong_square(Var x, double factor) {
  return record(
      "wrong_square", x.shape(), {x},
      [](Record& r) {
        for (Index i = 0; i < r.size(); ++i) r.value()[i] = r.value(0)[i] * r.value(0)[i];
      },
      [factor](Record& r) {
        for (Index i = 0; i < r.size(); ++i)
          r.adjoint(0)[i] += static_cast<Real>(factor * 2 * double(r.value(0)[i]) * double(r.adjoint()[i]));
      });
}

// Nothing above resolution_limit passes: twice that is refused, whatever the function's scale.
TEST(CheckGradients, RefusesAWrongFactor) {
  for (const double off : {1.0, -2.0, 2.5 * resolution_limit})
    for (const double scale : {1.0, 1e-6, 1e6}) {
      const auto f = [=](Tape&, Inputs x) {
        return static_cast<Real>(scale) * exp(wrong_square(x[0], 1 + off));
      };
      const GradientReport report = check_gradients(f, three);
      EXPECT_EQ(report.verdict(), Verdict::fail) << off << "\n" << report.str();
    }
  const auto right = [](Tape&, Inputs x) { return exp(wrong_square(x[0], 1)); };
  EXPECT_EQ(check_gradients(right, three).verdict(), Verdict::pass);
}

TEST(CheckGradients, RefusesAStoppedGradient) {
  const auto f = [](Tape&, Inputs x) { return x[0] * stop_gradient(x[0]); };
  EXPECT_EQ(check_gradients(f, three).verdict(), Verdict::fail);
}

// Σ softmax = 1: its gradient is zero whatever the rule does to each row alike. The Jacobian tells.
TEST(CheckGradients, LooksAtEveryOutput) {
  const auto half = [](Var x) {  // of softmax's gradient
    return Real(0.5) * softmax(x) + Real(0.5) * stop_gradient(softmax(x));
  };
  EXPECT_EQ(check_gradients([&](Tape&, Inputs x) { return sum(half(x[0])); }, three).verdict(),
            Verdict::pass);
  EXPECT_EQ(check_gradients([&](Tape&, Inputs x) { return half(x[0]); }, three).verdict(), Verdict::fail);
}

// ---- what differences cannot know ----

TEST(CheckGradients, IsInconclusiveWhereDifferencesCannotTell) {
  const std::vector<Tensor> zero{Tensor(Shape{}, 0)}, one{Tensor(Shape{}, 1)},
      half{Tensor(Shape{}, Real(0.5))};
  const auto verdict = [](auto f, const std::vector<Tensor>& at) {
    return check_gradients([f](Tape& tape, Inputs x) { return f(tape, x[0]); }, at).verdict();
  };
  // Left of 0 there is no function.
  EXPECT_EQ(verdict([](Tape&, Var x) { return x * sqrt(x); }, zero), Verdict::inconclusive);
  EXPECT_EQ(verdict([](Tape&, Var x) { return sqrt(x); }, zero), Verdict::inconclusive);
  // Most of the digits are gone before the difference is taken, even over steps of 1000.
  const Real large = static_cast<Real>(0.1 / double(std::numeric_limits<Real>::epsilon()));
  EXPECT_EQ(verdict([=](Tape&, Var x) { return (x + large) - large; }, one), Verdict::inconclusive);
  // A jump is no kink.
  EXPECT_EQ(verdict([](Tape& tape,
                       Var x) { return straight_through(tape.constant(x.item() < Real(0.5) ? 0 : 1), x); },
                    half),
            Verdict::inconclusive);
  // No elements, nothing learned.
  EXPECT_EQ(verdict([](Tape&, Var x) { return sum(x); }, {Tensor(Shape{0})}), Verdict::inconclusive);
}

// The error estimate is an estimate of the error: derivatives that are known exactly, at many points and
// scales.
TEST(CheckGradients, TheErrorEstimateCoversTheError) {
  struct Known {
    const char* name;
    Var (*f)(Var);
    double (*derivative)(double);
  };
  const std::initializer_list<Known> functions = {
      {"exp", exp, [](double x) { return std::exp(x); }},
      {"tanh x²", [](Var x) { return tanh(square(x)); },
       [](double x) {
         const double c = std::cosh(x * x);
         return 2 * x / (c * c);
       }},
      {"sin 40x", [](Var x) { return sin(40 * x); }, [](double x) { return 40 * std::cos(40 * x); }},
      {"1/(x² + 1e-4)", [](Var x) { return reciprocal(square(x) + Real(1e-4)); },
       [](double x) {
         const double d = x * x + double(Real(1e-4));
         return -2 * x / (d * d);
       }},
      {"x⁵ - x", [](Var x) { return pow(x, 5) - x; }, [](double x) { return 5 * x * x * x * x - 1; }},
      {"softplus 1000x", [](Var x) { return softplus(1000 * x); },
       [](double x) {
         const double e = std::exp(-1000 * std::abs(x));
         return 1000 * (x > 0 ? 1 : e) / (1 + e);
       }},
  };
  Philox random(7);
  for (const Known& k : functions) {
    double worst = 0;
    for (int i = 0; i < 100; ++i) {
      const auto x = static_cast<Real>(random.normal());
      const GradientReport report = check_gradients([&](Tape&, Inputs v) { return k.f(v[0]); },
                                                    std::vector{Tensor(Shape{}, x)}, {.seed = 1});
      const GradientEntry& e = report.entries[0];
      const double off = std::abs(e.numeric - k.derivative(double(x)));
      if (off > std::numeric_limits<Real>::min())
        worst = std::max(worst, off / e.error);  // unless F underflows
    }
    EXPECT_LE(worst, ratio_limit) << k.name;
  }
}

// A factor 1 + off on the derivative.
Var slipped(Var x, double off) {
  const Var more = static_cast<Real>(off) * x;
  return x + more - stop_gradient(more);
}

// Far away the fourth power is all there is; the slope at 0 is 1 all the same.
TEST(CheckGradients, IsNotMisledByWhatTheFunctionIsFarAway) {
  const std::vector<Tensor> zero{Tensor(Shape{}, 0)};
  const double finest = 2.5 * resolution_limit;
  for (const Real k : {Real(1e3), Real(65536), Real(1e6)})
    for (const double off : {0.0, finest, 1.0}) {
      const auto f = [=](Tape&, Inputs x) {
        const Var y = slipped(x[0], off);
        return y + square(square(k * y));
      };
      EXPECT_EQ(check_gradients(f, zero).verdict(), off == 0 ? Verdict::pass : Verdict::fail)
          << k << " " << off;
    }
}

// To steps that are multiples of its period an oscillation looks like a line.
TEST(CheckGradients, IsNotMisledByOscillations) {
  if (sizeof(Real) < sizeof(double)) GTEST_SKIP() << "rounding leaves too few digits";
  Philox random(3);
  for (int i = 0; i < 300; ++i) {
    const Real k = static_cast<Real>(std::pow(10, 8 * random.uniform()));
    const std::vector<Tensor> at{Tensor(Shape{}, 3 * static_cast<Real>(random.normal()) / k)};
    EXPECT_TRUE(check_gradients([k](Tape&, Inputs x) { return sin(k * x[0]); }, at).passed()) << k;
  }
  const std::vector<Tensor> aliased{Tensor(Shape{}, Real(3.6828316724451614e-06))};
  const auto f = [](Tape&, Inputs x) { return sin(Real(473093.55154409679) * x[0]); };
  EXPECT_EQ(check_gradients(f, aliased).verdict(), Verdict::pass);
}

// No value is a subgradient at a jump, however close the steps come to it.
TEST(CheckGradients, AcceptsNothingAtAJump) {
  const std::vector<Tensor> at{Tensor(Shape{}, Real(1.5))};
  for (const double slope : {1.0, 1e6, -1.0}) {
    const auto f = [=](Tape& tape, Inputs x) {
      return slipped(x[0], slope - 1) + tape.constant(x[0].item() >= Real(1.5) ? 1 : 0);
    };
    EXPECT_FALSE(check_gradients(f, at).passed()) << slope;
  }
}

// Where an output does not depend on an input, rounding inside it does not make that doubtful; and a gradient
// that cancels has rounding of its own.
TEST(CheckGradients, LetsRoundingBeRounding) {
  const Real small = Real(1e-3);
  const auto cancelling = [](Tape&, Inputs x) {
    const Var a = slice(x[0], 0, 0, 1), b = slice(x[0], 0, 1, 2);
    return concat({(Real(1) + square(b)) - Real(1), a / Real(1000)}, 0);
  };
  const GradientReport report =
      check_gradients(cancelling, std::vector{Tensor(Shape{2}, {Real(0.5), small})});
  for (const GradientEntry& e : report.entries)
    if (e.output == 0 && e.index == 0) {
      EXPECT_EQ(e.verdict, Verdict::pass) << report.str();
    }
  const std::vector<Tensor> saturated{Tensor(Shape{1, 2}, {0, 6})};
  for (std::uint64_t seed = 0; seed < 500; ++seed) {
    const GradientReport r =
        check_gradients([](Tape&, Inputs x) { return softmax(x[0]); }, saturated, {.seed = seed});
    EXPECT_TRUE(r.violations.empty()) << seed << r.str();
  }
}

// (c x)³ below the smallest normal number, where the tape's gradient has some ten digits and its error is
// absolute. Along a direction it is a sum of such errors.
TEST(CheckGradients, LetsDenormalNumbersHaveFewDigits) {
  const Real c = sizeof(Real) == 8 ? static_cast<Real>(1e-105L) : Real(1e-13);
  const auto cube = [c](Tape&, Inputs x) { return (c * x[0]) * (c * x[0]) * (c * x[0]); };
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    Philox random(seed);
    Tensor at(Shape{3});
    for (Real& x : at.span()) x = static_cast<Real>(0.5 + 1.5 * random.uniform());
    for (const CheckMode mode : {CheckMode::jacobian, CheckMode::sampled}) {
      const GradientReport report = check_gradients(cube, std::vector{at}, {.seed = seed, .mode = mode});
      EXPECT_EQ(report.count(Verdict::fail), 0u) << report.str();
    }
  }
}

// Flat as far as the kink, so that only what is beyond it says how large a derivative would look.
TEST(CheckGradients, SeesAZeroBesideAKink) {
  for (const Real beside : {Real(0.1), Real(0.01), Real(1e-3), Real(1e-5)}) {
    const std::vector<Tensor> at{Tensor(Shape{}, 1 + beside)};
    const auto clamped = [](Tape&, Inputs x) { return clamp(x[0], -1, 1); };
    const auto wrong = [](Tape&, Inputs x) {
      return clamp(x[0], -1, 1) + Real(0.1) * (x[0] - stop_gradient(x[0]));
    };
    const GradientReport report = check_gradients(clamped, at);
    if (sizeof(Real) == sizeof(double)) {
      EXPECT_EQ(report.verdict(), Verdict::pass) << report.str();
    }
    EXPECT_NE(report.verdict(), Verdict::fail) << report.str();
    EXPECT_FALSE(check_gradients(wrong, at).passed()) << beside;
  }
}

// A root by bisection of an interval that moves with x: smooth between jumps, with the slope of the interval.
TEST(CheckGradients, IsNotMisledByABracketThatMoves) {
  for (const double tolerance : {1e-4, 1e-6, 1e-7, 1e-8})
    for (std::uint64_t seed = 1; seed <= 10; ++seed) {
      const auto root = [tolerance](double x) {
        if (!(x > 0) || !std::isfinite(x)) return std::numeric_limits<double>::quiet_NaN();
        double low = 0, high = 1 + x;
        while (high - low > tolerance) {
          const double middle = (low + high) / 2;
          (middle * middle * middle < x ? low : high) = middle;
        }
        return (low + high) / 2;
      };
      const auto with_slope = [root](double (*slope)(double x, double y)) {
        return [root, slope](Tape&, Inputs x) {
          return record(
              "cube root", Shape{}, {x[0]},
              [root](Record& r) { *r.value() = static_cast<Real>(root(static_cast<double>(*r.value(0)))); },
              [slope](Record& r) {
                *r.adjoint(0) += *r.adjoint() * static_cast<Real>(slope(static_cast<double>(*r.value(0)),
                                                                        static_cast<double>(*r.value())));
              });
        };
      };
      Philox random(seed);
      const std::vector<Tensor> at{Tensor(Shape{}, static_cast<Real>(1 + 3 * random.uniform()))};
      for (const CheckMode mode : {CheckMode::jacobian, CheckMode::sampled}) {
        const GradientCheckOptions options{.seed = seed, .mode = mode};
        const GradientReport right =
            check_gradients(with_slope([](double, double y) { return 1 / (3 * y * y); }), at, options);
        EXPECT_NE(right.verdict(), Verdict::fail) << tolerance << "\n" << right.str();
        const GradientReport of_bracket =
            check_gradients(with_slope([](double x, double y) { return y / (1 + x); }), at, options);
        EXPECT_FALSE(of_bracket.passed()) << tolerance << "\n" << of_bracket.str();
      }
    }
}

// Along a direction as long as the inputs the change would be infinite.
TEST(CheckGradients, TheDerivativeAlongADirectionDoesNotOverflow) {
  const Real large = std::log(std::numeric_limits<Real>::max()) - Real(4);
  const std::vector<Tensor> at{Tensor(Shape{}, large)};
  for (std::uint64_t seed = 1; seed <= 10; ++seed) {
    const GradientReport report = check_gradients([](Tape&, Inputs x) { return exp(x[0]); }, at,
                                                  {.seed = seed, .mode = CheckMode::sampled});
    EXPECT_NE(report.verdict(), Verdict::fail) << report.str();
  }
}

// What a function is far away, wild or undefined, says nothing of it here.
TEST(CheckGradients, SeesAFixedPointThatIsChaosFarAway) {
  const auto fixed_point = [](double factor) {
    return [factor](Tape&, Inputs x) {
      return record(
          "z = cos(x z)", Shape{}, {x[0]},
          [](Record& r) {
            Real z = Real(0.5);
            for (int k = 0; k < 300; ++k) z = std::cos(*r.value(0) * z);
            *r.value() = z;
          },
          [factor](Record& r) {
            const Real z = *r.value(), x_0 = *r.value(0), s = std::sin(x_0 * z);
            *r.adjoint(0) += *r.adjoint() * static_cast<Real>(factor) * -s * z / (1 + x_0 * s);
          });
    };
  };
  for (const Real x : {Real(0.05), Real(0.427), Real(-0.427), Real(0.9)}) {
    const std::vector<Tensor> at{Tensor(Shape{}, x)};
    EXPECT_EQ(check_gradients(fixed_point(1), at).verdict(), Verdict::pass) << x;
    EXPECT_EQ(check_gradients(fixed_point(0.93), at).verdict(), Verdict::fail) << x;
  }
}

// ---- stochastic objectives ----

TEST(CheckGradients, SaysWhenTheFunctionIsNotDeterministic) {
  Philox random(1);
  const auto f = [&](Tape&, Inputs x) { return x[0] * static_cast<Real>(random.uniform()); };
  EXPECT_THROW(check_gradients(f, three), Refused);
  // A coin that falls on the same side twice running is random all the same.
  const auto coin = [&](Tape&, Inputs x) { return random.uniform() < 0.5 ? x[0] : -x[0]; };
  EXPECT_THROW(check_gradients(coin, three), Refused);
}

TEST(CheckGradients, CommonRandomNumbersMakeAStochasticObjectiveAFunction) {
  const auto noisy = [](Tape& tape, Inputs x, Philox& random) {
    return sum(square(x[0] + exp(x[0]) * tape.constant(normal_noise(x[0].shape(), random))));
  };
  EXPECT_EQ(check_gradients(common_random_numbers(3, noisy), three).verdict(), Verdict::pass);
}

// ---- many parameters ----

// A direction as long as the inputs would end at infinity.
TEST(CheckGradients, DirectionsFromHugeInputsDoNotOverflow) {
  const Real huge = std::numeric_limits<Real>::max() / 2;
  const std::vector<Tensor> at{Tensor(Shape{2}, {huge, huge / 3})};
  const auto f = [](Tape&, Inputs x) { return sum(sqrt(x[0])); };
  const GradientReport report = check_gradients(f, at, {.mode = CheckMode::sampled});
  EXPECT_NE(report.verdict(), Verdict::fail) << report.str();
  for (const GradientEntry& e : report.entries) EXPECT_TRUE(std::isfinite(e.analytic)) << report.str();
}

// 10⁵ parameters: a wrong factor of a whole layer, of a single row of it, and the right one.
TEST(CheckGradients, SamplesDirectionsOfALargeModel) {
  Philox random(5);
  const std::vector<Tensor> weights{normal_noise({100, 500}, random), normal_noise({500, 100}, random)};
  const Tensor data = normal_noise({4, 100}, random);
  const auto loss = [&](auto layer) {
    return [&, layer](Tape& tape, Inputs w) {
      return mean(square(matmul(tanh(matmul(tape.constant(data), Real(0.1) * layer(w[0]))), w[1])));
    };
  };
  const auto identity = [](Var w) { return w; };
  const GradientReport right = check_gradients(loss(identity), weights);
  EXPECT_FALSE(right.jacobian);
  EXPECT_EQ(right.verdict(), Verdict::pass) << right.str();

  const double slip = 1000 * resolution_limit;
  constexpr bool single = sizeof(Real) < sizeof(double);  // its rounding hides some
  const auto slipped_row = [=](Var w) {
    return concat({slice(w, 0, 0, 99), slipped(slice(w, 0, 99, 100), slip)}, 0);
  };
  for (const GradientReport& wrong : {check_gradients(loss([=](Var w) { return slipped(w, slip); }), weights),
                                      check_gradients(loss(slipped_row), weights)}) {
    EXPECT_EQ(wrong.verdict(), Verdict::fail) << wrong.str();
    for (const GradientEntry& e : wrong.entries)  // the layer above is right, and is said to be
      if (e.input == "input 1") {
        EXPECT_TRUE(e.verdict == Verdict::pass || (single && e.verdict == Verdict::inconclusive))
            << wrong.str();
      }
  }
}

}  // namespace
}  // namespace doxa
