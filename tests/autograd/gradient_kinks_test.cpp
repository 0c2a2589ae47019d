// Where a function has two one-sided derivatives, check_gradients asks for a subgradient.

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

#include "doxa/autograd/gradcheck.h"
#include "doxa/autograd/ops.h"
#include "doxa/autograd/random.h"

namespace doxa {
namespace {

using Inputs = std::span<const Var>;

struct Kink {
  const char* name;
  Var (*f)(Var);
  Real at;
  double left, right, subgradient;  // the last as ops.h declares it
};

TEST(GradientKinks, AtAKinkTheSubgradientLiesBetweenTheOneSidedLimits) {
  const std::initializer_list<Kink> kinks = {
      {"abs", abs, 0, -1, 1, 0},
      {"relu", relu, 0, 0, 1, 0},
      {"3 - 2|x|", [](Var x) { return Real{3} - 2 * abs(x); }, 0, 2, -2, 0},
      {"|x| e^x", [](Var x) { return abs(x) * exp(x); }, 0, -1, 1, 0},
      {"|x| + cos 30x", [](Var x) { return abs(x) + cos(30 * x); }, 0, -1, 1, 0},
      {"clamp, below", [](Var x) { return clamp(x, 1, 2); }, 1, 0, 1, 1},
      {"clamp, above", [](Var x) { return clamp(x, 1, 2); }, 2, 1, 0, 1},
      {"maximum", [](Var x) { return maximum(x, square(x)); }, 1, 1, 2, 1.5},
      {"minimum", [](Var x) { return minimum(x, square(x)); }, 1, 2, 1, 1.5},
      {"max",
       [](Var x) {
         return max(concat({x, -x, 2 * x}, 0));
       },
       0, -1, 2, 2.0 / 3},
  };
  for (const Kink& k : kinks) {
    const std::vector<Tensor> at{Tensor(Shape{1}, {k.at})};
    const GradientReport report = check_gradients([&](Tape&, Inputs x) { return k.f(x[0]); }, at);
    EXPECT_EQ(report.verdict(), Verdict::kink) << k.name << "\n" << report.str();
    EXPECT_TRUE(report.passed());
    const GradientEntry& e = report.entries[0];
    EXPECT_NEAR(e.left, k.left, ratio_limit * e.error) << k.name;
    EXPECT_NEAR(e.right, k.right, ratio_limit * e.error) << k.name;
    EXPECT_NEAR(e.analytic, k.subgradient, 4 * std::numeric_limits<Real>::epsilon()) << k.name;
  }
}

TEST(GradientKinks, ASubgradientOutsideItsIntervalIsWrong) {
  const std::vector<Tensor> zero{Tensor(Shape{}, 0)};
  const auto tilted = [](double slope) {  // |x| whose derivative at 0 is `slope`
    return
        [=](Tape&, Inputs x) { return abs(x[0]) + static_cast<Real>(slope) * (x[0] - stop_gradient(x[0])); };
  };
  EXPECT_EQ(check_gradients(tilted(1.5), zero).verdict(), Verdict::fail);
}

// A sum of kinks with weights of both signs has one-sided derivatives that need not enclose the subgradients'
// sum: a direction across them tells nothing.
TEST(GradientKinks, SeveralInOneDirectionRefuseNothing) {
  const std::vector<Tensor> zeros{Tensor(Shape{2, 2})};
  std::size_t refused = 0;
  for (std::uint64_t seed = 0; seed < 50; ++seed)
    refused += check_gradients([](Tape&, Inputs x) { return relu(x[0]); }, zeros,
                               {.seed = seed, .mode = CheckMode::sampled})
                   .count(Verdict::fail);
  // In one direction of the 200 the two slopes differ by less than single precision resolves: 0.7477.
  EXPECT_LE(refused, sizeof(Real) < sizeof(double) ? 1u : 0u);
}

// Units of a network that are exactly zero: along a direction their kinks add up, with weights of both signs.
TEST(GradientKinks, OfManyZerosOfReluAreNotRefused) {
  if (sizeof(Real) < sizeof(double))
    GTEST_SKIP() << "slopes that differ little look equal in single precision";
  const auto weighted = [](Tape& tape, Inputs x) {
    return sum(relu(x[0]) * tape.constant(x[0].shape(), [](std::span<Real> all) {
      for (std::size_t i = 0; i < all.size(); ++i) all[i] = i % 2 == 0 ? Real{1} : Real{-1};
    }));
  };
  const auto plain = [](Tape&, Inputs x) { return relu(x[0]); };
  for (const Index n : {6, 20, 100})
    for (const Index zeros : {2, 5})
      for (std::uint64_t seed = 1; seed <= 20; ++seed) {
        Philox random(seed);
        std::vector<Tensor> at{normal_noise({n}, random)};
        for (Index k = 0; k < zeros; ++k) at[0][k * (n / zeros)] = 0;
        for (const TensorFunction& f : {TensorFunction(weighted), TensorFunction(plain)}) {
          const GradientReport report = check_gradients(f, at, {.seed = seed, .mode = CheckMode::sampled});
          EXPECT_EQ(report.count(Verdict::fail), 0u) << report.str();
        }
      }
}

// The median of three numbers, of which the lower two are tied at 0.7. Far along a direction that lifts both
// it is the slower one on either side, a straight line; at the tie it has a kink, however near the third
// number is.
TEST(GradientKinks, OfATieIsSeenFromNearerThanTheNextElement) {
  if (sizeof(Real) < sizeof(double))
    GTEST_SKIP() << "slopes that differ little look equal in single precision";
  const auto median = [](Tape&, Inputs x) {
    const Var a = slice(x[0], 0, 0, 1), b = slice(x[0], 0, 1, 2), c = slice(x[0], 0, 2, 3);
    const Var lower = minimum(a, b), upper = maximum(a, b);
    return maximum(lower, minimum(upper, c));
  };
  for (Real gap = Real(0.2); gap > Real(1e-3); gap *= Real(0.75)) {
    const std::vector<Tensor> at{Tensor(Shape{3}, {Real(0.7), Real(0.7), Real(0.7) + gap})};
    for (std::uint64_t seed = 0; seed < 5; ++seed)
      for (const CheckMode mode : {CheckMode::jacobian, CheckMode::sampled}) {
        const GradientReport report = check_gradients(median, at, {.seed = seed, .mode = mode});
        EXPECT_EQ(report.count(Verdict::fail), 0u) << gap << "\n" << report.str();
      }
  }
}

// |a - b| - relu(a + b)/2 at 0 is convex in a and in b, and not in both together: the slopes along (1, 0.9)
// are -0.1 and -0.85, and 0, which is in Clarke's subdifferential because (1, -1) and (-1, 1) are gradients
// near by, lies not between them.
TEST(GradientKinks, OfAFunctionThatIsConvexInEachInputOnlyAreNotRefused) {
  const auto f = [](Tape&, Inputs x) { return abs(x[0] - x[1]) - Real(0.5) * relu(x[0] + x[1]); };
  const std::vector<Tensor> zeros{Tensor(Shape{}, 0), Tensor(Shape{}, 0)};
  for (std::uint64_t seed = 0; seed < 50; ++seed)
    for (const CheckMode mode : {CheckMode::jacobian, CheckMode::sampled}) {
      const GradientReport report = check_gradients(f, zeros, {.seed = seed, .mode = mode});
      EXPECT_EQ(report.count(Verdict::fail), 0u) << report.str();
    }
}

// Each of two equal elements may have any share of the maximum's slope from 0 to 1, and together they have 1.
TEST(GradientKinks, OfATieMustFitTogether) {
  const auto largest = [](double share) {
    return [=](Tape&, Inputs x) {
      const Var y = x[0];
      return max(y) + sum(static_cast<Real>(share - 0.5) * (y - stop_gradient(y)));
    };
  };
  const std::vector<Tensor> tied{Tensor(Shape{2}, {Real(0.7), Real(0.7)})};
  for (const CheckMode mode : {CheckMode::jacobian, CheckMode::sampled})
    for (std::uint64_t seed = 0; seed < 20; ++seed) {
      const GradientCheckOptions options{.seed = seed, .mode = mode};
      EXPECT_EQ(check_gradients(largest(0.5), tied, options).verdict(), Verdict::kink);
      EXPECT_EQ(check_gradients(largest(1), tied, options).verdict(), Verdict::fail);
      EXPECT_EQ(check_gradients(largest(0), tied, options).verdict(), Verdict::fail);
    }
}

// |Σx| at 0 has the subgradients (c, …, c) with -1 <= c <= 1 and no others, however alike the elements are.
TEST(GradientKinks, OfTiedInputsAreLookedAtInManyDirections) {
  const auto folded = [](std::vector<Real> slopes) {
    return [=](Tape& tape, Inputs x) {
      const Var g = tape.constant({static_cast<Index>(slopes.size())},
                                  [&](std::span<Real> all) { std::ranges::copy(slopes, all.begin()); });
      return abs(sum(x[0])) + sum(g * (x[0] - stop_gradient(x[0])));
    };
  };
  std::size_t passed = 0;
  for (const std::vector<Real>& slopes : std::vector<std::vector<Real>>{{Real(.5), Real(-.5)},
                                                                        {Real(.5), 0},
                                                                        {1, Real(.9)},
                                                                        {1, -1, 0, 0, 0},
                                                                        {Real(.3), Real(.3), Real(.3)}}) {
    const bool right = std::ranges::all_of(slopes, [&](Real slope) { return slope == slopes[0]; });
    const std::vector<Tensor> zeros{Tensor(Shape{static_cast<Index>(slopes.size())}, 0)};
    for (std::uint64_t seed = 0; seed < 20; ++seed)
      for (const CheckMode mode : {CheckMode::jacobian, CheckMode::sampled}) {
        const GradientReport report = check_gradients(folded(slopes), zeros, {.seed = seed, .mode = mode});
        if (right)
          EXPECT_EQ(report.count(Verdict::fail), 0u) << report.str();
        else
          passed += report.passed();
      }
  }
  EXPECT_EQ(passed, 0u);
}

// 2 relu(a + b) - relu(b - a) has the gradient 0 wherever b < -|a|, which is next to 0, and along a the
// slopes 1 and 2 there. A limit of gradients is not refused where kinks of both signs meet; where they do
// not, it is none.
TEST(GradientKinks, OfBothSignsThatMeetLeaveALimitOpen) {
  const auto both = [](Tape&, Inputs x) { return Real(2) * relu(x[0] + x[1]) - relu(x[1] - x[0]); };
  const auto convex = [](Tape&, Inputs x) {
    return Real(2) * relu(x[0] + x[1]) + relu(x[1] - x[0]) - Real(2) * (x[0] - stop_gradient(x[0]));
  };
  const std::vector<Tensor> zeros{Tensor(Shape{}, 0), Tensor(Shape{}, 0)};
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    const GradientReport open = check_gradients(both, zeros, {.seed = seed, .mode = CheckMode::jacobian});
    EXPECT_EQ(open.count(Verdict::fail), 0u) << open.str();
    const GradientReport wrong = check_gradients(convex, zeros, {.seed = seed, .mode = CheckMode::jacobian});
    EXPECT_EQ(wrong.verdict(), Verdict::fail) << wrong.str();
  }
}

// Where all are equal, max(a, b) - max(b, c) does not change along b, and near by its derivative there is -1,
// 0 or 1; min(max(a, b), max(c, d)) changes along none of them, and near by one has the derivative 1. Limits
// of these, and means of limits, are not refused. What is outside of them is, as long as another input tells
// the sizes.
TEST(GradientKinks, OfBothSignsThatMeetBetweenTheInputsLeaveALimitOpen) {
  const auto part = [](Var x, Index i) { return slice(x, 0, i, i + 1); };
  const auto first = [](Var a, Var b) {
    return where(Tensor(Shape{1}, a.value()[0] >= b.value()[0] ? Real{1} : Real{0}), a, b);
  };
  const auto difference = [&](Var x, bool of_first, Real times) {
    const Var a = part(x, 0), c = part(x, 2), b = part(x, 1);
    const Var p = of_first ? first(a, b) : maximum(a, b), q = of_first ? first(b, c) : maximum(b, c);
    const Var y = p - q;
    return straight_through(y, y + (times - 1) * (b - stop_gradient(b)));
  };
  const auto least_of_two = [&](Var x) {
    const Var p = maximum(part(x, 0), part(x, 1)), q = maximum(part(x, 2), part(x, 3));
    return minimum(p, q);
  };
  const auto fails = [](const TensorFunction& f, Index n) {
    std::size_t count = 0;
    for (std::uint64_t seed = 0; seed < 10; ++seed)
      for (const CheckMode mode : {CheckMode::jacobian, CheckMode::sampled})
        count += check_gradients(f, std::vector{Tensor(Shape{n}, 1)}, {.seed = seed, .mode = mode})
                     .count(Verdict::fail);
    return count;
  };
  EXPECT_EQ(fails([&](Tape&, Inputs x) { return difference(x[0], true, 1); }, 3), 0u);
  EXPECT_EQ(fails([&](Tape&, Inputs x) { return difference(x[0], false, 1); }, 3), 0u);
  EXPECT_GE(fails([&](Tape&, Inputs x) { return difference(x[0], false, 3); }, 3), 20u);
  EXPECT_EQ(fails([&](Tape&, Inputs x) { return least_of_two(x[0]); }, 4), 0u);
}

// The largest of 300 numbers, of which three are tied and none is in the sample. A random direction has a
// kink there, whatever share each of the three has; only where all rise alike do shares show that do not add
// up to 1.
TEST(GradientKinks, OfATieThatTheSampleMissesMustFitTogether) {
  Tensor x(Shape{300});
  for (Index i = 0; i < x.size(); ++i) x[i] = i % 100 == 50 ? Real{1} : -Real(0.01) * static_cast<Real>(i);
  const auto largest = [](double sum_of_shares) {
    return [=](Tape&, Inputs in) {
      const std::span<const Real> all = in[0].value();
      const bool tied = std::count(all.begin(), all.end(), *std::max_element(all.begin(), all.end())) > 1;
      const Var y = max(in[0]);
      return straight_through(y, static_cast<Real>(tied ? sum_of_shares : 1) * y);
    };
  };
  for (std::uint64_t seed = 1; seed <= 10; ++seed) {
    const auto verdict = [&](double shares) {
      const GradientCheckOptions options{.seed = seed, .mode = CheckMode::sampled};
      return check_gradients(largest(shares), std::vector{x}, options).verdict();
    };
    EXPECT_EQ(verdict(1), Verdict::kink);
    for (const double shares : {0.0, 0.9, 1.2, 3.0}) EXPECT_EQ(verdict(shares), Verdict::fail) << shares;
  }
}

// A kink beside the point is not at it; F'' may jump, F' may not.
TEST(GradientKinks, TellsAKinkFromItsNeighbourhood) {
  for (const double distance : {0.3, 1e-2, 1e-4, -1e-3}) {
    const std::vector<Tensor> at{Tensor(Shape{}, static_cast<Real>(distance))};
    EXPECT_EQ(check_gradients([](Tape&, Inputs x) { return relu(x[0]); }, at).verdict(), Verdict::pass);
  }
  const std::vector<Tensor> zero{Tensor(Shape{}, 0)};
  for (Var (*f)(Var) : {+[](Var x) { return x * abs(x); }, elu, +[](Var x) { return square(relu(x)); }}) {
    const GradientReport report = check_gradients([f](Tape&, Inputs x) { return f(x[0]); }, zero);
    EXPECT_EQ(report.verdict(), Verdict::pass) << report.str();
  }
}

}  // namespace
}  // namespace doxa
