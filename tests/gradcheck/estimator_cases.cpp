#include "cases.h"
#include "doxa/distributions/estimators.h"
#include "doxa/distributions/normal.h"

namespace doxa {
namespace {

Var weights(Tape& tape) { return tape.constant(Tensor(Shape{3}, {Real(0.7), Real(-1.2), Real(0.4)})); }
Var parabola(Var z) { return square(sum(z * weights(z.tape()), -1)); }

// Between 0.23 and 0.46: a small change of them moves no draw.
OneHotCategorical choice(Var x) { return OneHotCategorical(Real(0.25) * tanh(x)); }

}  // namespace

// Where an estimate is not the derivative of its value, the value is completed to the function whose
// derivative it is, by a term that the tape takes for a constant.
std::vector<GradientCase> estimator_cases() {
  std::vector<GradientCase> cases;
  const auto add = [&](const char* name, TensorFunction f, std::vector<Shape> shapes) {
    cases.push_back(tensor_case(std::string("distribution/") + name, std::move(f), std::move(shapes)));
  };
  add("score_function_surrogate, by f",
      [](Tape& tape, Inputs x) {
        Baseline none;
        return score_function_surrogate(square(x[0]), tape.constant(Shape{4, 2}, Real(-1)), none);
      },
      {{4, 2}});
  for (const bool leave_one_out : {false, true})
    add(leave_one_out ? "score_function_surrogate, leave one out, plus the constant advantage times log q"
                      : "score_function_surrogate, plus the constant advantage times log q",
        [=](Tape& tape, Inputs x) {
          const Var f = tape.constant(Tensor(Shape{3, 1}, {1, -2, Real(0.5)})), log_q = sin(x[0]);
          Baseline baseline = ConstantBaseline{Real(0.3)};
          Var b = tape.constant(Real(0.3));
          if (leave_one_out) {
            baseline = LeaveOneOutBaseline{};
            b = (sum(f) - f) / 2;
          }
          return score_function_surrogate(f, log_q, baseline) + stop_gradient((f - b) * log_q);
        },
        {{3, 1}});
  add("ScoreFunction/expectation, plus the constant f times log q",
      [](Tape&, Inputs x) {
        const OneHotCategorical q = choice(x[0]);
        Philox random(21), again(21);
        const Var z = sample(q.repeated(2), again);
        return expectation(q, parabola, ScoreFunction{.samples = 2}, random) +
               stop_gradient(mean(parabola(z) * log_prob(q, z), 0));
      },
      {{2, 3}});
  add("Enumeration/expectation",
      [](Tape&, Inputs x) {
        Philox random(22);
        return expectation(
            OneHotCategorical(x[0]), [&](Var z) { return parabola(z * x[1]); }, Enumeration{}, random);
      },
      {{2, 3}, {3}});
  add("GumbelSoftmax/expectation",
      [](Tape&, Inputs x) {
        Philox random(23);
        return expectation(OneHotCategorical(x[0]), parabola, GumbelSoftmax{.samples = 3, .temperature = 1},
                           random);
      },
      {{2, 3}});
  add("Reparametrisation/expectation",
      [](Tape&, Inputs x) {
        Philox random(24);
        const auto f = [](Var z, const DiagonalNormal& q) { return parabola(z) - log_prob(q, z); };
        return expectation(DiagonalNormal::from_log_scale(x[0], x[1]), f, Reparametrisation{.samples = 2},
                           random);
      },
      {{2, 3}, {3}});
  return cases;
}

}  // namespace doxa
