// Ops that give the right numbers and are wrong all the same, and the report that says so.

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>
#include <string>
#include <vector>

#include "doxa/autograd/checkpoint.h"
#include "doxa/autograd/gradcheck.h"
#include "doxa/autograd/ops.h"
#include "doxa/autograd/random.h"
#include "tests/support/thrown.h"

namespace doxa {
namespace {

using Inputs = std::span<const Var>;
const std::vector<Tensor> three_numbers{Tensor(Shape{3}, {Real(0.5), Real(-1.25), 1})};

// x with a rule of one's own.
template <class Rule>
Var identity_with(Rule rule, Var x) {
  return record(
      "identity", x.shape(), {x},
      [](Record& r) {
        for (Index i = 0; i < r.size(); ++i) r.value()[i] = r.value(0)[i];
      },
      rule);
}

testing::AssertionResult says(const GradientReport& report, const std::string& words) {
  for (const std::string& sentence : report.violations)
    if (sentence.find(words) != std::string::npos)
      return report.verdict() == Verdict::fail ? testing::AssertionSuccess()
                                               : testing::AssertionFailure() << "the verdict is no fail";
  return testing::AssertionFailure() << "no violation speaks of '" << words << "':\n" << report.str();
}

TEST(GradientProperties, OfARightOneHold) {
  const GradientReport report =
      check_gradients([](Tape&, Inputs x) { return softmax(sin(x[0]) * x[0]); }, three_numbers);
  EXPECT_TRUE(report.violations.empty()) << report.str();
}

TEST(GradientProperties, ASecondBackwardIsTheFirst) {
  int runs = 0;
  const auto f = [&](Tape&, Inputs x) {
    return identity_with(
        [count = &runs](Record& r) {
          ++*count;
          for (Index i = 0; i < r.size(); ++i)
            r.adjoint(0)[i] += r.adjoint()[i] * static_cast<Real>(*count % 2 + 1);
        },
        x[0]);
  };
  EXPECT_TRUE(says(check_gradients(f, three_numbers), "second backward"));
}

TEST(GradientProperties, ASecondRecordingIsTheFirst) {
  int recordings = 0;
  const auto f = [&](Tape&, Inputs x) {
    const bool odd = x[0].needs_gradient() && ++recordings % 2 == 1;
    return identity_with(
        [odd](Record& r) {
          for (Index i = 0; i < r.size(); ++i) r.adjoint(0)[i] += r.adjoint()[i] * (odd ? 1 : 3);
        },
        x[0]);
  };
  EXPECT_TRUE(says(check_gradients(f, three_numbers), "second recording"));
}

// One that is right for a cotangent of 1, and only there.
TEST(GradientProperties, AreLinearInTheCotangent) {
  const auto with = [](Real (*of_cotangent)(Real)) {
    return [=](Tape&, Inputs x) {
      return sum(identity_with(
          [=](Record& r) {
            for (Index i = 0; i < r.size(); ++i) r.adjoint(0)[i] += of_cotangent(r.adjoint()[i]);
          },
          x[0]));
    };
  };
  EXPECT_TRUE(check_gradients(with([](Real g) { return g; }), three_numbers).violations.empty());
  EXPECT_TRUE(
      says(check_gradients(with([](Real g) { return g * g; }), three_numbers), "twice the cotangent"));
  EXPECT_TRUE(
      says(check_gradients(with([](Real g) { return std::abs(g); }), three_numbers), "minus the cotangent"));
  EXPECT_TRUE(
      says(check_gradients(with([](Real g) { return g + (g == 0 ? Real{1} : Real{0}); }), three_numbers),
           "zero cotangent"));

  // Odd and homogeneous, but no sum.
  const auto cubic_mean = [](Tape&, Inputs x) {
    return identity_with(
        [](Record& r) {
          const Real* g = r.adjoint();
          r.adjoint(0)[0] += std::cbrt(g[0] * g[0] * g[0] + g[1] * g[1] * g[1]);
          for (Index i = 1; i < 3; ++i) r.adjoint(0)[i] += g[i];
        },
        x[0]);
  };
  EXPECT_TRUE(says(check_gradients(cubic_mean, three_numbers), "sum of two cotangents"));
}

TEST(GradientProperties, RecordingComputesWhatPlainEvaluationDoes) {
  const auto f = [](Tape&, Inputs x) { return x[0].needs_gradient() ? 2 * x[0] : x[0]; };
  EXPECT_TRUE(says(check_gradients(f, three_numbers), "another value"));
}

TEST(GradientProperties, TheInputsAreLeftAlone) {
  Tensor value(Shape{2}, {1, 2}), gradient(Shape{2});
  const CheckedLeaf leaf{"x", &value, &gradient};
  const auto bind = [&](Tape& tape) { return sum(square(tape.leaf(value, gradient))); };
  EXPECT_TRUE(check_gradients(bind, {&leaf, 1}).violations.empty());
  const auto write = [&](Tape& tape) {
    const Var x = tape.leaf(value, gradient);
    return identity_with(
        [&v = value](Record& r) {
          r.adjoint(0)[0] += r.adjoint()[0];
          r.adjoint(0)[1] += r.adjoint()[1];
          v[1] += 1;
        },
        x);
  };
  EXPECT_TRUE(says(check_gradients(write, {&leaf, 1}), "x was written to"));
  EXPECT_EQ(value[0], 1);
  EXPECT_EQ(value[1], 2);
  const auto refuse = [&](Tape& tape) -> Var {
    if (value[0] != 1) throw std::runtime_error("not here");
    return tape.leaf(value, gradient);
  };
  check_gradients(refuse, {&leaf, 1});
  EXPECT_EQ(value[0], 1);
}

TEST(GradientProperties, RecordingThrowsWherePlainEvaluationDoes) {
  const auto positive_when = [](bool with_gradients) {
    return [=](Tape&, Inputs x) {
      if (x[0].needs_gradient() == with_gradients && !(x[0].value()[0] > 0))
        throw std::invalid_argument("log: expected a positive number");
      return log(square(x[0]));
    };
  };
  EXPECT_TRUE(says(check_gradients(positive_when(true), three_numbers), "recording throws 'log: expected"));
  EXPECT_TRUE(says(check_gradients(positive_when(false), three_numbers), "recording succeeds"));
}

TEST(GradientProperties, RecordingThatThrowsHereIsReported) {
  const auto f = [](Tape&, Inputs x) {
    if (x[0].needs_gradient()) throw std::invalid_argument("no gradients today");
    return x[0];
  };
  EXPECT_TRUE(says(check_gradients(f, three_numbers), "recording throws 'no gradients today'"));
}

// ---- cotangents of other sizes ----

// x with v ↦ of_cotangent(v) for its pullback.
template <class OfCotangent>
TensorFunction identity_of(OfCotangent of_cotangent) {
  return [=](Tape&, Inputs x) {
    return identity_with(
        [=](Record& r) {
          for (Index i = 0; i < r.size(); ++i) r.adjoint(0)[i] += of_cotangent(r.adjoint()[i]);
        },
        x[0]);
  };
}

TEST(GradientProperties, ScaleWithTheCotangent) {
  const auto clipped = [](Real limit) {
    return identity_of([=](Real g) { return std::clamp(g, -limit, limit); });
  };
  EXPECT_TRUE(says(check_gradients(clipped(10), three_numbers), "2^40 times the cotangent"));
  EXPECT_TRUE(says(check_gradients(clipped(100), three_numbers), "2^40 times the cotangent"));
  const auto skipped = identity_of([](Real g) { return std::abs(g) < Real(1e-3) ? Real{0} : g; });
  EXPECT_TRUE(says(check_gradients(skipped, three_numbers), "2^-40 times the cotangent"));
  // Far below the rounding of a cotangent of usual size.
  constexpr Real little = static_cast<Real>(sizeof(Real) > 4 ? 1e-20 : 1e-14);
  const auto raised = identity_of([](Real g) { return g == 0 ? g : g + little; });
  EXPECT_TRUE(says(check_gradients(raised, three_numbers), "2^-40 times the cotangent"));
  // The same in a sum: the norm of all cotangents is limited to 100.
  const auto limited = [](Tape&, Inputs x) {
    return identity_with(
        [](Record& r) {
          double squares = 0;
          for (Index i = 0; i < r.size(); ++i) squares += std::pow(static_cast<double>(r.adjoint()[i]), 2);
          const double factor = std::min(1.0, 100 / std::sqrt(squares + 1e-300));
          for (Index i = 0; i < r.size(); ++i)
            r.adjoint(0)[i] += static_cast<Real>(factor * static_cast<double>(r.adjoint()[i]));
        },
        x[0]);
  };
  EXPECT_TRUE(says(check_gradients(limited, three_numbers), "2^40 times the cotangent"));
}

// A limit that some of the random cotangents exceed, and some do not, is none that rounding explains.
TEST(GradientProperties, ScaleWithACotangentOfAnySize) {
  for (const double limit : {0.25, 0.5, 1.0, 1.5, 2.0, 3.0, 5.0}) {
    const auto clipped =
        identity_of([l = static_cast<Real>(limit)](Real g) { return std::clamp(g, -l, l); });
    for (std::uint64_t seed = 1; seed <= 30; ++seed)
      EXPECT_TRUE(says(check_gradients(clipped, three_numbers, {.seed = seed}), "the cotangent")) << limit;
  }
}

// On one side only, so that a random cotangent may not show it.
TEST(GradientProperties, ScaleWithACotangentOfEitherSign) {
  const auto above = identity_of([](Real g) { return std::min(g, Real{10}); });
  const auto below = identity_of([](Real g) { return std::max(g, Real{-10}); });
  const std::vector<Tensor> one{Tensor(Shape{}, Real(1.5))};
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    EXPECT_TRUE(says(check_gradients(above, one, {.seed = seed}), "times the cotangent")) << seed;
    EXPECT_TRUE(says(check_gradients(below, one, {.seed = seed}), "times the cotangent")) << seed;
  }
}

// Where the gradient is so large that 2^40 times it overflows, or so small that it is denormal.
TEST(GradientProperties, ScaleWithTheCotangentAtTheEndsOfTheRange) {
  const Real huge = std::numeric_limits<Real>::max() / Real(1e8),
             small = std::numeric_limits<Real>::min() / 64;
  for (const Real scale : {huge, small}) {
    const auto scaled = [scale](Real limit) {
      return [scale, limit](Tape&, Inputs x) {
        return record(
            "scaled sine", Shape{3}, {x[0]},
            [scale](Record& r) {
              for (Index i = 0; i < 3; ++i) r.value()[i] = scale * std::sin(r.value(0)[i]);
            },
            [scale, limit](Record& r) {
              for (Index i = 0; i < 3; ++i)
                r.adjoint(0)[i] +=
                    scale * (std::cos(r.value(0)[i]) * std::clamp(r.adjoint()[i], -limit, limit));
            });
      };
    };
    for (std::uint64_t seed = 1; seed <= 20; ++seed) {
      const GradientReport right =
          check_gradients(scaled(std::numeric_limits<Real>::infinity()), three_numbers, {.seed = seed});
      EXPECT_TRUE(right.violations.empty()) << right.str();
      EXPECT_TRUE(says(check_gradients(scaled(100), three_numbers, {.seed = seed}), "times the cotangent"))
          << scale;
    }
  }
}

// A rule that assigns, and whose gradient is so large that no larger one fits beside it.
TEST(GradientProperties, AddUpWithAnotherUseWhereTheGradientIsHuge) {
  const Real huge = std::numeric_limits<Real>::max() / Real(1e8);
  const auto assigned = [huge](bool adds) {
    return [huge, adds](Tape&, Inputs x) {
      return record(
          "scaled sine", Shape{3}, {x[0]},
          [huge](Record& r) {
            for (Index i = 0; i < 3; ++i) r.value()[i] = huge * std::sin(r.value(0)[i]);
          },
          [huge, adds](Record& r) {
            for (Index i = 0; i < 3; ++i)
              r.adjoint(0)[i] =
                  (adds ? r.adjoint(0)[i] : Real{0}) + huge * (std::cos(r.value(0)[i]) * r.adjoint()[i]);
          });
    };
  };
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    const GradientReport right = check_gradients(assigned(true), three_numbers, {.seed = seed});
    EXPECT_TRUE(right.violations.empty()) << right.str();
    EXPECT_TRUE(says(check_gradients(assigned(false), three_numbers, {.seed = seed}), "not the sum"));
  }
}

// The mask underflows whatever the cotangent is.
TEST(GradientProperties, ScaleWithTheCotangentOfAMaskedSoftmax) {
  const auto masked = [](Real limit) {
    return [limit](Tape&, Inputs x) {
      return record(
          "masked softmax", Shape{3}, {x[0]},
          [](Record& r) {
            Real total = 0;
            for (Index i = 0; i < 3; ++i)
              total += r.value()[i] = std::exp(r.value(0)[i] + (i == 2 ? Real(-1e9) : Real{0}));
            for (Index i = 0; i < 3; ++i) r.value()[i] /= total;
          },
          [limit](Record& r) {
            Real share[3], total = 0, mean = 0, g[3];
            for (Index i = 0; i < 3; ++i) {
              total += share[i] = std::exp(r.value(0)[i] + (i == 2 ? Real(-1e9) : Real{0}));
              g[i] = std::clamp(r.adjoint()[i], -limit, limit);
            }
            for (Index i = 0; i < 3; ++i) mean += g[i] * (share[i] /= total);
            for (Index i = 0; i < 3; ++i) r.adjoint(0)[i] += share[i] * (g[i] - mean);
          });
    };
  };
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    const GradientReport right =
        check_gradients(masked(std::numeric_limits<Real>::infinity()), three_numbers, {.seed = seed});
    EXPECT_TRUE(right.violations.empty()) << right.str();
    EXPECT_TRUE(says(check_gradients(masked(100), three_numbers, {.seed = seed}), "times the cotangent"));
  }
}

// Adjoints on the way that over- or underflow lose digits, which multiplication by 2^±40 does not bring back.
TEST(GradientProperties, HoldAtTheEndsOfTheRange) {
  const Real huge = std::numeric_limits<Real>::max() / 8, tiny = 8 * std::numeric_limits<Real>::min(),
             subnormal = std::numeric_limits<Real>::min() / 1024;
  const std::vector<TensorFunction> functions{
      [=](Tape&, Inputs x) { return x[0] * huge / huge; },
      [=](Tape&, Inputs x) { return x[0] / huge * huge; },
      [=](Tape&, Inputs x) { return (x[0] * tiny) / tiny; },
      [=](Tape&, Inputs x) { return x[0] * (Real{1} / huge) * huge; },
      [=](Tape&, Inputs x) { return (x[0] * subnormal) / subnormal; },
      [=](Tape&, Inputs x) { return (x[0] / Real(1.5)) * huge / Real{2}; },
      [=](Tape&, Inputs x) { return x[0] * tiny / Real{3}; },
      [=](Tape&, Inputs x) { return x[0] * subnormal / Real{3}; },
      [=](Tape&, Inputs x) { return softmax(x[0] * Real{60}) * huge; },
      [=](Tape&, Inputs x) { return exp(x[0] * Real{60}) / huge * huge; },
  };
  for (std::size_t k = 0; k < functions.size(); ++k)
    for (std::uint64_t seed = 1; seed <= 20; ++seed) {
      const GradientReport report = check_gradients(functions[k], three_numbers, {.seed = seed});
      EXPECT_TRUE(report.violations.empty()) << k << ", seed " << seed << "\n" << report.str();
    }
}

// ---- other uses ----

TEST(GradientProperties, AddUpWithAnotherUse) {
  // Right as long as nothing else uses x.
  const auto assigns = [](Tape&, Inputs x) {
    return identity_with(
        [](Record& r) {
          for (Index i = 0; i < r.size(); ++i) r.adjoint(0)[i] = r.adjoint()[i];
        },
        x[0]);
  };
  EXPECT_TRUE(says(check_gradients(assigns, three_numbers), "recorded after this one"));
  const auto ignores_add = [](Tape&, Inputs x) {
    return identity_with(
        [](Record& r) {
          Real* whole = r.whole_adjoint(0).data;
          for (Index i = 0; i < r.size(); ++i) whole[i] = r.adjoint()[i];
        },
        x[0]);
  };
  EXPECT_TRUE(says(check_gradients(ignores_add, three_numbers), "recorded after this one"));
  // Adds only to what is zero.
  const auto keeps = [](Tape&, Inputs x) {
    return identity_with(
        [](Record& r) {
          for (Index i = 0; i < r.size(); ++i)
            if (r.adjoint(0)[i] == 0) r.adjoint(0)[i] = r.adjoint()[i];
        },
        x[0]);
  };
  EXPECT_TRUE(says(check_gradients(keeps, three_numbers), "recorded after this one"));
  // Wrong on a tape that holds more than its input.
  const auto wrong_second = [](Tape& tape, Inputs x) {
    const bool alone = tape.size() == 1;
    return identity_with(
        [alone](Record& r) {
          for (Index i = 0; i < r.size(); ++i) r.adjoint(0)[i] += r.adjoint()[i] * (alone ? 1 : 2);
        },
        x[0]);
  };
  EXPECT_FALSE(check_gradients(wrong_second, three_numbers).violations.empty());
}

// A rule whose numbers lie where the next recording puts its own.
TEST(GradientProperties, AddUpForTwoUsesOnATape) {
  int recordings = 0;
  const Tape* tape_of_recordings = nullptr;
  const auto f = [&](Tape& tape, Inputs x) {
    if (tape.size() == 1 || tape_of_recordings != &tape) recordings = 0;
    tape_of_recordings = &tape;
    ++recordings;
    return identity_with(
        [count = &recordings](Record& r) {
          for (Index i = 0; i < r.size(); ++i) r.adjoint(0)[i] += r.adjoint()[i] * static_cast<Real>(*count);
        },
        x[0]);
  };
  EXPECT_TRUE(says(check_gradients(f, three_numbers), "recorded twice on a tape, the first"));
}

// Large terms that cancel take the digits of another use's contribution with them.
TEST(GradientProperties, OfCancellingUsesHold) {
  for (const Real k : {Real(1e6), Real(1e10), Real(1e15)}) {
    const auto cancelling = [=](Tape&, Inputs x) { return (k * x[0] - k * x[0]) + x[0]; };
    const auto nothing = [=](Tape&, Inputs x) { return k * x[0] - k * x[0]; };
    for (std::uint64_t seed = 1; seed <= 10; ++seed) {
      EXPECT_TRUE(check_gradients(cancelling, three_numbers, {.seed = seed}).violations.empty()) << k;
      EXPECT_TRUE(check_gradients(nothing, three_numbers, {.seed = seed}).violations.empty()) << k;
    }
  }
}

// ---- other inputs ----

// x² whose rule reads x from memory that all recordings share.
TEST(GradientProperties, SurviveARecordingElsewhere) {
  std::vector<Real> scratch(3);
  const auto f = [&](Tape&, Inputs x) {
    return record(
        "square", x[0].shape(), {x[0]},
        [&](Record& r) {
          for (Index i = 0; i < r.size(); ++i) {
            scratch[static_cast<std::size_t>(i)] = r.value(0)[i];
            r.value()[i] = r.value(0)[i] * r.value(0)[i];
          }
        },
        [kept = scratch.data()](Record& r) {
          for (Index i = 0; i < r.size(); ++i) r.adjoint(0)[i] += 2 * kept[i] * r.adjoint()[i];
        });
  };
  EXPECT_TRUE(says(check_gradients(f, three_numbers), "recorded at other inputs on another tape"));
}

TEST(GradientProperties, BelongToTheInputsOfTheCall) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    std::vector<Real> first;
    const auto f = [&](Tape&, Inputs x) {
      if (first.empty()) first.assign(x[0].value().begin(), x[0].value().end());
      return record(
          "square", x[0].shape(), {x[0]},
          [](Record& r) {
            for (Index i = 0; i < r.size(); ++i) r.value()[i] = r.value(0)[i] * r.value(0)[i];
          },
          [kept = first.data()](Record& r) {
            for (Index i = 0; i < r.size(); ++i) r.adjoint(0)[i] += 2 * kept[i] * r.adjoint()[i];
          });
    };
    EXPECT_TRUE(says(check_gradients(f, three_numbers, {.seed = seed}), "at other inputs")) << seed;
  }
}

// The numbers of physics in SI units.
TEST(GradientProperties, BelongToTheInputsOfTheCallHoweverSmall) {
  if (sizeof(Real) < sizeof(double)) GTEST_SKIP() << "numbers of double precision";
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    std::vector<Real> first;
    const auto f = [&](Tape&, Inputs x) {
      if (first.empty()) first.assign(x[0].value().begin(), x[0].value().end());
      return record(
          "Boltzmann", x[0].shape(), {x[0]},
          [](Record& r) { *r.value() = std::exp(-*r.value(0) / static_cast<Real>(4e-21L)); },
          [kept = first.data()](Record& r) {
            const auto temperature = static_cast<Real>(4e-21L);
            *r.adjoint(0) -= *r.adjoint() * std::exp(-*kept / temperature) / temperature;
          });
    };
    const std::vector<Tensor> at{Tensor(Shape{}, static_cast<Real>(1e-20L))};
    EXPECT_TRUE(says(check_gradients(f, at, {.seed = seed}), "at other inputs")) << seed;
  }
}

// Where plain differences tell nothing, nothing is said: kinks, oscillations, jumps, chaos, rounded values,
// the edge of the domain.
TEST(GradientProperties, OfRoughFunctionsHold) {
  const std::vector<TensorFunction> functions{
      [](Tape&, Inputs x) { return abs(x[0] - x[0] * x[0]); },
      [](Tape&, Inputs x) { return x[0] + Real(1e-6) * sin(Real(1e6) * x[0]); },
      [](Tape&, Inputs x) { return x[0] + Real(1e-10) * sin(Real(1e10) * x[0]); },
      [](Tape&, Inputs x) { return x[0] + Real(1e-12) * sin(Real(1e12) * x[0]); },
      [](Tape& tape, Inputs x) {
        return x[0] + tape.constant(x[0].shape(), x[0].value()[0] > Real(0.5) ? Real{1} : Real{0});
      },
      [](Tape&, Inputs x) {
        Var y = square(sin(x[0]));
        for (int k = 0; k < 50; ++k) y = Real(3.99) * y * (Real{1} - y);
        return y;
      },
      [](Tape& tape, Inputs x) {  // to 11 bits, with the gradient of x
        return straight_through(tape.constant(x[0].shape(),
                                              [&](std::span<Real> y) {
                                                for (std::size_t i = 0; i < y.size(); ++i)
                                                  y[i] = std::round(x[0].value()[i] * 2048) / 2048;
                                              }),
                                x[0]);
      },
      [](Tape&, Inputs x) {
        if (x[0].value()[0] != Real(0.5)) throw std::domain_error("only at 0.5");
        return sin(x[0]);
      },
      [](Tape&, Inputs x) { return (x[0] + Real(1e9)) - Real(1e9); },
  };
  for (std::size_t k = 0; k < functions.size(); ++k)
    for (std::uint64_t seed = 1; seed <= 20; ++seed) {
      const GradientReport report = check_gradients(functions[k], three_numbers, {.seed = seed});
      EXPECT_TRUE(report.violations.empty()) << k << ", seed " << seed << "\n" << report.str();
    }
}

// ---- constant inputs ----

const std::vector<Tensor> two_times_three{Tensor(Shape{3}, {Real(0.5), Real(-1.25), 1}),
                                          Tensor(Shape{3}, {2, Real(0.75), Real(-1.5)})};

// x_0 x_1 with a rule of one's own.
template <class Rule>
TensorFunction product_with(Rule rule) {
  return [=](Tape&, Inputs x) {
    return record(
        "product", x[0].shape(), {x[0], x[1]},
        [](Record& r) {
          for (Index i = 0; i < r.size(); ++i) r.value()[i] = r.value(0)[i] * r.value(1)[i];
        },
        rule);
  };
}

TEST(GradientProperties, DoNotDependOnWhichInputsAreConstants) {
  const auto right = product_with([](Record& r) {
    for (int k = 0; k < 2; ++k)
      for (Index i = 0; r.needs_gradient(k) && i < r.size(); ++i)
        r.adjoint(k)[i] += r.adjoint()[i] * r.value(1 - k)[i];
  });
  EXPECT_TRUE(check_gradients(right, two_times_three).violations.empty());
  // The index runs over the operands that need a gradient.
  const auto shifted = product_with([](Record& r) {
    for (int k = 0, at = 0; k < 2; ++k) {
      if (!r.needs_gradient(k)) continue;
      for (Index i = 0; i < r.size(); ++i) r.adjoint(k)[i] += r.adjoint()[i] * r.value(1 - at)[i];
      ++at;
    }
  });
  EXPECT_TRUE(says(check_gradients(shifted, two_times_three), "with input 0 a constant the gradient is"));
  // Believes that there is nothing to do where the first operand is a constant.
  const auto leaves_early = product_with([](Record& r) {
    if (!r.needs_gradient(0)) return;
    for (int k = 0; k < 2; ++k)
      for (Index i = 0; i < r.size(); ++i) r.adjoint(k)[i] += r.adjoint()[i] * r.value(1 - k)[i];
  });
  EXPECT_TRUE(
      says(check_gradients(leaves_early, two_times_three), "with input 0 a constant the gradient is"));
  // Takes the wrong operand's value where the second operand is a constant.
  const auto exchanged = product_with([](Record& r) {
    for (Index i = 0; i < r.size(); ++i) {
      r.adjoint(0)[i] += r.adjoint()[i] * r.value(r.needs_gradient(1) ? 1 : 0)[i];
      r.adjoint(1)[i] += r.adjoint()[i] * r.value(0)[i];
    }
  });
  EXPECT_TRUE(says(check_gradients(exchanged, two_times_three), "with input 1 a constant the gradient is"));
  const auto throws = product_with([](Record& r) {
    for (int k = 0; k < 2; ++k) {
      if (!r.needs_gradient(k)) throw std::runtime_error("no adjoint");
      for (Index i = 0; i < r.size(); ++i) r.adjoint(k)[i] += r.adjoint()[i] * r.value(1 - k)[i];
    }
  });
  EXPECT_TRUE(says(check_gradients(throws, two_times_three), "throws 'no adjoint'"));
}

// Wrong only where one of three inputs is the only variable.
TEST(GradientProperties, HoldForAnInputAlone) {
  std::vector<Tensor> three_inputs = two_times_three;
  three_inputs.push_back(three_numbers[0]);
  const auto f = [](Tape&, Inputs x) {
    return record(
        "sum", x[0].shape(), {x[0], x[1], x[2]},
        [](Record& r) {
          for (Index i = 0; i < r.size(); ++i) r.value()[i] = r.value(0)[i] + r.value(1)[i] + r.value(2)[i];
        },
        [](Record& r) {
          const bool alone = !r.needs_gradient(0) && !r.needs_gradient(2);
          for (int k = 0; k < 3; ++k)
            for (Index i = 0; i < r.size(); ++i) r.adjoint(k)[i] += r.adjoint()[i] * (alone ? 2 : 1);
        });
  };
  EXPECT_TRUE(says(check_gradients(f, three_inputs), "with all inputs but input 1 constants"));
}

// ---- right gradients of all sorts ----

TEST(GradientProperties, OfRightGradientsHold) {
  Philox random(1);
  std::vector<Tensor> many;
  for (int k = 0; k < 40; ++k) many.push_back(normal_noise({2, 1}, random));
  const std::vector<Tensor> with_nothing{Tensor(Shape{0, 3}), three_numbers[0]}, nothing{Tensor(Shape{0})};
  struct Right {
    const char* name;
    const std::vector<Tensor>& at;
    TensorFunction f;
  };
  const std::vector<Right> all{
      {"many inputs", many,
       [](Tape&, Inputs x) {
         Var y = x[0];
         for (const Var& next : x) y = tanh(y * next) + next;
         return y;
       }},
      {"an input that is not used", two_times_three, [](Tape&, Inputs x) { return exp(x[1]); }},
      {"no input that is used", two_times_three,
       [](Tape& tape, Inputs) { return tape.constant(Shape{2}, 1); }},
      {"an input itself", two_times_three, [](Tape&, Inputs x) { return x[1]; }},
      {"a view of an input", two_times_three, [](Tape&, Inputs x) { return slice(x[1], 0, 1, 3); }},
      {"an input without elements", with_nothing,
       [](Tape&, Inputs x) { return sum(square(x[0])) + square(x[1]); }},
      {"nothing but that", nothing, [](Tape&, Inputs x) { return sum(x[0]); }},
      {"one output", two_times_three, [](Tape&, Inputs x) { return logsumexp(x[0] * x[1]); }},
      {"a checkpoint", two_times_three,
       [](Tape&, Inputs x) {
         const Var before = exp(x[0]);
         return checkpoint([before](Inputs in) { return sin(in[0]) * before; }, {x[1]}) * before;
       }},
      {"a checkpoint that refers to the inputs", two_times_three,
       [](Tape&, Inputs x) { return checkpoint([x](Inputs in) { return sin(in[0]) * x[0]; }, {x[1]}); }},
  };
  for (const Right& r : all) {
    for (std::uint64_t seed = 1; seed <= 20; ++seed) {
      const GradientReport report = check_gradients(r.f, r.at, {.seed = seed});
      EXPECT_TRUE(report.violations.empty()) << r.name << "\n" << report.str();
    }
  }
}

// A function may bind its inputs where it needs them, also inside a block that is evaluated again, and one of
// them under two names.
TEST(GradientProperties, OfFunctionsThatBindTheirInputsHold) {
  Tensor a(Shape{2}, {1, Real(-0.5)}), b(Shape{2}, {Real(0.25), 2}), da(Shape{2}), db(Shape{2});
  struct Model {
    Tensor &a, &b, &da, &db;
  } const model{a, b, da, db};
  const std::vector<CheckedLeaf> leaves{{"a", &a, &da}, {"b", &b, &db}, {"b again", &b, &db}};
  const auto f = [&](Tape& tape) {
    const Var x = tanh(tape.leaf(a, da));
    return checkpoint(
        [&model](Inputs in) {
          Tape& t = in[0].tape();
          return in[0] * t.leaf(model.b, model.db) + t.leaf(model.a, model.da);
        },
        {x});
  };
  const auto clears = [&](Tape& tape) {
    tape.clear();
    return f(tape);
  };
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    EXPECT_TRUE(check_gradients(f, leaves, {.seed = seed}).passed()) << check_gradients(f, leaves).str();
    EXPECT_TRUE(check_gradients(clears, leaves, {.seed = seed}).passed())
        << check_gradients(clears, leaves).str();
  }
  EXPECT_EQ(b[1], 2);
}

// ---- the report ----

TEST(GradientReport, NamesElementsTheWorstFirst) {
  Tensor w(Shape{2, 3}, 1), gradient(Shape{2, 3});
  const CheckedLeaf leaf{"W", &w, &gradient};
  const auto f = [&](Tape& tape) {  // wrong in W[1,2] alone
    const Var x = tape.leaf(w, gradient);
    return identity_with(
        [](Record& r) {
          for (Index i = 0; i < 6; ++i) r.adjoint(0)[i] += r.adjoint()[i] * (i == 5 ? 2 : 1);
        },
        x);
  };
  const GradientReport report = check_gradients(f, {&leaf, 1});
  const GradientEntry& worst = report.entries.front();
  EXPECT_EQ(worst.input_element(), "W[1,2]");
  EXPECT_EQ(worst.output_element(), "y[1,2]");
  EXPECT_EQ(worst.index, 5);
  EXPECT_EQ(worst.analytic, 2);
  EXPECT_NEAR(worst.numeric, 1, ratio_limit * worst.error);
  EXPECT_DOUBLE_EQ(worst.ratio(), (worst.analytic - worst.numeric) / worst.error);
  EXPECT_EQ(report.count(Verdict::fail), 1u);  // vᵀJ of that column has nothing to add
  for (std::size_t i = 1; i + 1 < report.entries.size(); ++i)
    EXPECT_GE(report.entries[i].ratio(), report.entries[i + 1].ratio());
  EXPECT_NE(report.str(1).find("W[1,2]"), std::string::npos);
  EXPECT_NE(report.json(1).find("\"element\": \"W[1,2]\", \"output\": \"y[1,2]\", \"analytic\": 2,"),
            std::string::npos)
      << report.json(1);
}

TEST(GradientReport, IsJsonWhateverTheNamesAndNumbers) {
  Tensor x(Shape{}, 0), gradient;
  const CheckedLeaf leaf{"a \"b\"\\\n", &x, &gradient};
  const auto f = [&](Tape& tape) { return sqrt(tape.leaf(x, gradient)); };
  const std::string json = check_gradients(f, {&leaf, 1}).json();
  EXPECT_NE(json.find(R"("input": "a \"b\"\\\n")"), std::string::npos) << json;
  EXPECT_NE(json.find(R"("error": "inf")"), std::string::npos) << json;
}

TEST(GradientReport, UsesTheNamesGiven) {
  const std::vector<std::string> names{"scale"}, too_many{"a", "b"};
  const auto f = [](Tape&, Inputs x) { return square(x[0]); };
  EXPECT_EQ(check_gradients(f, three_numbers, {}, names).entries[0].input, "scale");
  EXPECT_THROW(check_gradients(f, three_numbers, {}, too_many), Refused);
}

}  // namespace
}  // namespace doxa
