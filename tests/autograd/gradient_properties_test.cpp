// Ops that give the right numbers and are wrong all the same, and the report that says so.

#include <gtest/gtest.h>

#include <cmath>
#include <stdexcept>
#include <string>
#include <vector>

#include "doxa/autograd/gradcheck.h"
#include "doxa/autograd/ops.h"
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
