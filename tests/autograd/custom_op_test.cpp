// Ops of the user's own, by the same function that the built-in ones use.

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <vector>

#include "doxa/autograd/kernels/kernels.h"
#include "doxa/autograd/ops.h"
#include "tests/support/numbers.h"
#include "tests/support/rounding.h"
#include "tests/support/thrown.h"

namespace doxa {
namespace {

// A new op in ten lines.
Var cube(Var x) {
  return record(
      "cube", x.shape(), {x},
      [](Record& r) {
        for (Index i = 0; i < r.size(); ++i) r.value()[i] = r.value(0)[i] * r.value(0)[i] * r.value(0)[i];
      },
      [](Record& r) {
        for (Index i = 0; i < r.size(); ++i)
          r.adjoint(0)[i] += r.adjoint()[i] * 3 * r.value(0)[i] * r.value(0)[i];
      });
}

TEST(CustomOp, HasItsValueAndItsGradient) {
  Tape tape;
  const Var x = vector(tape, {1, 2, -3}), y = cube(x);
  EXPECT_EQ(y.value()[2], -27);
  tape.backward(sum(y * x));  // x⁴
  EXPECT_EQ(adjoint(x), (Numbers{4, 32, -108}));
  EXPECT_STREQ(tape.name(y), "cube");
  EXPECT_EQ(tape.operands(y), std::vector{tape.position(x)});
}

// Σ_i c_i a_i b_i, whose rule writes to every operand's adjoint without asking.
Var weighted_dot(Var c, Var a, Var b) {
  return record(
      "weighted_dot", Shape{}, {c, a, b},
      [](Record& r) {
        *r.value() = 0;
        for (Index i = 0; i < r.size(0); ++i) *r.value() += r.value(0)[i] * r.value(1)[i] * r.value(2)[i];
      },
      [](Record& r) {
        const Real g = *r.adjoint();
        for (Index i = 0; i < r.size(0); ++i) {
          r.adjoint(0)[i] += g * r.value(1)[i] * r.value(2)[i];
          r.adjoint(1)[i] += g * r.value(0)[i] * r.value(2)[i];
          r.adjoint(2)[i] += g * r.value(0)[i] * r.value(1)[i];
        }
      });
}

TEST(CustomOp, MayWriteToTheAdjointOfAConstant) {
  Tape tape;
  const Tensor values(Shape{2}, {2, 3});
  const Var c = tape.constant(values), a = tape.variable(values), b = tape.constant(values);
  tape.backward(weighted_dot(c, a, b));
  EXPECT_EQ(adjoint(a), (Numbers{4, 9}));
  EXPECT_EQ(c.value()[0], 2);
  EXPECT_EQ(b.value()[1], 3);
}

TEST(CustomOp, OfTheSameOperandTwiceAddsBothParts) {
  Tape tape;
  const Var a = vector(tape, {2, 3});
  tape.backward(weighted_dot(a, a, a));  // a³
  EXPECT_EQ(adjoint(a), (Numbers{12, 27}));
}

// The scratch memory for the first constant must survive the request for the second, larger one.
TEST(CustomOp, AdjointsOfConstantsStayWhereTheyAreWhileTheRuleRuns) {
  Tape tape;
  const Var x = tape.variable(1), small = tape.constant(Tensor(Shape{2}));
  const Var large = tape.constant(Tensor(Shape{1000000}));
  bool moved = false;
  tape.backward(record(
      "constants", Shape{}, {x, small, large}, [](Record& r) { *r.value() = 0; },
      [p = &moved](Record& r) {
        const Real* before = r.adjoint(1);
        r.adjoint(2);
        *p = r.adjoint(1) != before;
      }));
  EXPECT_FALSE(moved);
}

TEST(CustomOp, KnowsWhichOperandsNeedAGradient) {
  Tape tape;
  const Var x = tape.variable(1), c = tape.constant(2);
  int needs = -1;
  tape.backward(record(
      "asking", Shape{}, {c, x, c}, [](Record& r) { *r.value() = 0; },
      [p = &needs](Record& r) {
        *p = 0;
        for (int i = 0; i < r.operands(); ++i) *p = 2 * *p + r.needs_gradient(i);
      }));
  EXPECT_EQ(needs, 0b010);
}

// y = x^p, with p and memory of its own kept on the tape: ∂y/∂x = p x^(p-1), computed going forward.
Var power(Var x, Real p) {
  Real* slope = x.tape().scratch<Real>(x.size());
  return record(
      "power", x.shape(), {x},
      [=](Record& r) {
        for (Index i = 0; i < r.size(); ++i) {
          r.value()[i] = std::pow(r.value(0)[i], p);
          slope[i] = p * std::pow(r.value(0)[i], p - 1);
        }
      },
      [=](Record& r) {
        for (Index i = 0; i < r.size(); ++i) r.adjoint(0)[i] += r.adjoint()[i] * slope[i];
      });
}

TEST(CustomOp, KeepsWhatItCaptures) {
  Tape tape;
  const Var x = vector(tape, {2, 3});
  Var loss = tape.constant(0);
  for (int p = 1; p <= 4; ++p) loss = loss + sum(power(x, static_cast<Real>(p)));
  tape.backward(loss);
  for (std::size_t i = 0; i < 2; ++i) {  // 1 + 2x + 3x² + 4x³; pow is good to one ulp or so
    const double v = x.value()[i], exact = 1 + 2 * v + 3 * v * v + 4 * v * v * v;
    EXPECT_NEAR(x.adjoint()[i], exact, 16 * unit_roundoff * exact);
  }
}

// ---- records that do not matter -----------------------------------------------------------------

Var counted(Var x, int* calls) {
  return record(
      "counted", x.shape(), {x}, [](Record& r) { std::copy_n(r.value(0), r.size(), r.value()); },
      [calls](Record& r) {
        ++*calls;
        r.kernels().add_scaled(r.size(), 1, r.adjoint(), r.adjoint(0));
      });
}

TEST(DeadBranch, ItsRulesAreNotRun) {
  Tape tape;
  tape.keep_adjoints(true);
  const Var x = vector(tape, {1, 2});
  int live = 0, dead = 0;
  const Var loss = sum(counted(x, &live));
  const Var unused = exp(counted(counted(x, &dead), &dead));
  tape.backward(loss + 1);
  EXPECT_EQ(live, 1);
  EXPECT_EQ(dead, 0);
  EXPECT_EQ(adjoint(x), (Numbers{1, 1}));
  EXPECT_EQ(adjoint(unused), (Numbers{0, 0}));
}

// d/dx of a branch not taken would be 0 · ∞.
TEST(DeadBranch, ItsInfinitiesDoNotReachTheGradient) {
  Tape tape;
  const Var x = tape.variable(0);
  log(x);
  tape.backward(exp(x));
  EXPECT_EQ(adjoint(x), Numbers{1});
}

TEST(Constants, TheirRulesAreNotKept) {
  Tape tape;
  int calls = 0;
  const Var c = counted(tape.constant(2), &calls);
  const Var x = tape.variable(3);
  tape.backward(x * c + counted(stop_gradient(x), &calls));
  EXPECT_EQ(calls, 0);
  EXPECT_EQ(adjoint(x), Numbers{2});
}

// ---- a forward rule that fails ------------------------------------------------------------------

TEST(FailingForward, LeavesTheTapeAsItWas) {
  Tape tape;
  const Var x = vector(tape, {1, 2}), y = square(x);
  const std::size_t records = tape.size(), bytes = tape.bytes_used();
  const auto failing = [&] {
    record(
        "failing", {1000}, {x, y}, [](Record&) { throw std::runtime_error("no value"); }, [](Record&) {});
  };
  for (int i = 0; i < 3; ++i) EXPECT_EQ(thrown<std::runtime_error>(failing), "no value");
  EXPECT_EQ(tape.size(), records);
  EXPECT_EQ(tape.bytes_used(), bytes);
  tape.backward(sum(y));
  EXPECT_EQ(adjoint(x), (Numbers{2, 4}));
}

// A record may itself be computed with ops of the tape: what they record lies behind it, and stays.
TEST(CustomOp, MayRecordInItsForwardRule) {
  Tape tape;
  const Var x = vector(tape, {1, 2});
  const Var y = record(
      "composed", x.shape(), {x},
      [x](Record& r) {
        const Var inner = square(x) + 1;
        std::copy_n(inner.value().data(), r.size(), r.value());
      },
      [](Record& r) {
        for (Index i = 0; i < r.size(); ++i) r.adjoint(0)[i] += 2 * r.value(0)[i] * r.adjoint()[i];
      });
  EXPECT_EQ(y.value()[1], 5);
  tape.backward(sum(y));
  EXPECT_EQ(adjoint(x), (Numbers{2, 4}));
}

// A rule that writes the whole adjoint of its operand in one go may assign the first contribution.
Var doubled(Var x, int* set) {
  return record(
      "doubled", x.shape(), {x}, [](Record& r) { r.value()[0] = 2 * r.value(0)[0]; },
      [set](Record& r) {
        const auto [dx, add] = r.whole_adjoint(0);
        *set += !add;
        dx[0] = (add ? dx[0] : 0) + 2 * r.adjoint()[0];
      });
}

TEST(WholeAdjoint, IsAssignedByTheFirstContributionAlone) {
  Tape tape;
  int set = 0;
  const Var x = vector(tape, {3});
  const Var first = doubled(x, &set), second = doubled(x, &set), third = doubled(reshape(x, {1}), &set);
  const Var y = first + second + third;
  for (int i = 0; i < 2; ++i) {
    set = 0;
    tape.backward(y);
    EXPECT_EQ(adjoint(x), Numbers{6});
    EXPECT_EQ(set, 0);  // the last record, and so the first in the loop, is that of a view
  }
  tape.backward(doubled(x, &set) + doubled(x, &set));
  EXPECT_EQ(adjoint(x), Numbers{4});
  EXPECT_EQ(set, 1);
  set = 0;
  doubled(tape.constant(1), &set);
  tape.backward(square(x) + doubled(tape.constant(vector({1})), &set));
  EXPECT_EQ(set, 0);
}

// Two operands that are one value: the second contribution adds to the first.
TEST(WholeAdjoint, OfTheSameOperandTwiceHasBothParts) {
  Tape tape;
  const Var x = vector(tape, {2, 3});
  tape.backward(sum(record(
      "difference", x.shape(), {x, x}, [](Record& r) { std::fill_n(r.value(), r.size(), Real{0}); },
      [](Record& r) {
        for (const int i : {0, 1}) {
          const auto [d, add] = r.whole_adjoint(i);
          for (Index j = 0; j < r.size(); ++j) d[j] = (add ? d[j] : 0) + (i == 0 ? 5 : -3) * r.adjoint()[j];
        }
      })));
  EXPECT_EQ(adjoint(x), (Numbers{2, 2}));
}

// What a rule forgets to set must not pass for a number.
// y = 2x, whose rule does something that it must not.
Var twice_and(Var x, void (*deed)(Tape&, Var)) {
  return record(
      "twice", x.shape(), {x},
      [](Record& r) {
        for (Index i = 0; i < r.size(); ++i) r.value()[i] = 2 * r.value(0)[i];
      },
      [x, deed](Record& r) {
        deed(r.tape(), x);
        for (Index i = 0; i < r.size(); ++i) r.adjoint(0)[i] += 2 * r.adjoint()[i];
      });
}

TEST(BackwardRule, MustNotEndTheBackwardThatRunsIt) {
  Tape tape;
  const Var x = vector(tape, {1, 2});
  const auto after = [&](void (*deed)(Tape&, Var)) { tape.backward(sum(square(twice_and(x, deed)))); };
  EXPECT_SAYS(std::logic_error, "backward: called by a backward rule that is still running",
              after([](Tape& t, Var v) { t.backward(sum(v)); }));
  EXPECT_SAYS(std::logic_error,
              "rewind: the tape was cleared or rewound by a backward rule that is still running",
              after([](Tape& t, Var) { t.clear(); }));
  // What the rule adds itself it may remove, and an error leaves no adjoints that look like a result.
  EXPECT_SAYS(std::logic_error, "adjoint: call Tape::backward first", x.adjoint());
  after([](Tape& t, Var v) {
    const Evaluation evaluation(t), inside(t);
    (void)square(v);
  });
  EXPECT_EQ(adjoint(x), (Numbers{8, 16}));  // d Σ(2x)²
  tape.clear();
  EXPECT_EQ(tape.size(), 0u);
}

TEST(UninitialisedMemory, IsNanInCheckedBuilds) {
#ifdef DOXA_CHECKED
  Tape tape;
  const Var x = vector(tape, {2, 3});
  const Var forgets = record(
      "forgets", x.shape(), {x},
      [](Record& r) {
        EXPECT_TRUE(std::isnan(r.workspace(3)[2]));
        r.value()[0] = 1;
      },
      [](Record& r) {
        const auto [d, add] = r.whole_adjoint(0);
        EXPECT_FALSE(add);
        d[0] = r.adjoint()[0];
      });
  EXPECT_EQ(forgets.value()[0], 1);
  EXPECT_TRUE(std::isnan(forgets.value()[1]));
  tape.backward(forgets, vector({1, 1}));
  EXPECT_EQ(x.adjoint()[0], 1);
  EXPECT_TRUE(std::isnan(x.adjoint()[1]));
  EXPECT_TRUE(std::isnan(tape.constant({2}, [](std::span<Real>) {}).value()[1]));
  EXPECT_TRUE(std::isnan(tape.scratch<Real>(7)[6]));
#else
  GTEST_SKIP() << "this build does not fill memory";
#endif
}

}  // namespace
}  // namespace doxa
