#include "cases.h"
#include "doxa/distributions/estimators.h"
#include "doxa/distributions/normal.h"

namespace doxa {
namespace {

Var weights(Tape& tape) { return tape.constant({3}, {Real(0.7), Real(-1.2), Real(0.4)}); }
Var parabola(Var z) { return square(sum(z * weights(z.tape()), -1)); }

// Between 0.23 and 0.46: a small change of them moves no draw.
OneHotCategorical choice(Var x) { return OneHotCategorical(Real(0.25) * tanh(x)); }

}  // namespace

// Where an estimate is not the derivative of its value, the value is completed to the function whose
// derivative it is, by a term that the tape takes for a constant.
std::vector<GradientCase> estimator_cases() {
  Cases cases{"distribution/"};
  cases.add("score_function_surrogate, by f", {{4, 2}}, [](Tape& tape, Inputs x) {
    Baseline none;
    const Var f = square(x[0]), log_q = tape.constant(Shape{4, 2}, Real(-1));
    return score_function_surrogate(f, log_q, none);
  });
  for (const bool leave_one_out : {false, true})
    cases.add(leave_one_out
                  ? "score_function_surrogate, leave one out, plus the constant advantage times log q"
                  : "score_function_surrogate, plus the constant advantage times log q",
              {{3, 1}}, [=](Tape& tape, Inputs x) {
                const Var f = tape.constant({3, 1}, {1, -2, Real(0.5)}), log_q = sin(x[0]);
                Baseline baseline = ConstantBaseline{Real(0.3)};
                Var b = tape.constant(Real(0.3));
                if (leave_one_out) {
                  baseline = LeaveOneOutBaseline{};
                  b = (sum(f) - f) / 2;
                }
                const Var surrogate = score_function_surrogate(f, log_q, baseline);
                return surrogate + stop_gradient((f - b) * log_q);
              });
  cases.add("ScoreFunction/expectation, plus the constant f times log q", {{2, 3}}, [](Var x) {
    const OneHotCategorical q = choice(x);
    Philox random(21), again(21);
    const Var z = sample(q.repeated(2), again);
    const Var estimate = expectation(q, parabola, ScoreFunction{.samples = 2}, random), f = parabola(z);
    return estimate + stop_gradient(mean(f * log_prob(q, z), 0));
  });
  cases.add("Enumeration/expectation", {{2, 3}, {3}}, [](Var x, Var y) {
    Philox random(22);
    return expectation(
        OneHotCategorical(x), [&](Var z) { return parabola(z * y); }, Enumeration{}, random);
  });
  cases.add("GumbelSoftmax/expectation", {{2, 3}}, [](Var x) {
    Philox random(23);
    return expectation(OneHotCategorical(x), parabola, GumbelSoftmax{.samples = 3, .temperature = 1}, random);
  });
  cases.add("Reparametrisation/expectation", {{2, 3}, {3}}, [](Var x, Var y) {
    Philox random(24);
    const auto f = [](Var z, const DiagonalNormal& q) {
      const Var log_q = log_prob(q, z);
      return parabola(z) - log_q;
    };
    return expectation(DiagonalNormal::from_log_scale(x, y), f, Reparametrisation{.samples = 2}, random);
  });
  return cases.all;
}

}  // namespace doxa
