// Points where a formula is at the edge of what it can do and the derivative is what it always is: zeros,
// arguments far out, elements that are all equal.

#include <limits>

#include "cases.h"
#include "doxa/autograd/ops.h"

namespace doxa {

namespace {

constexpr Real beyond = sizeof(Real) == 8 ? 1000 : 100;  // e^beyond is infinite

}  // namespace

std::vector<GradientCase> special_point_cases() {
  struct Op {
    std::string name;
    Var (*f)(Var);
  };
  Cases cases{"op/"};
  const auto add = [&](const char* where, std::initializer_list<Op> ops, const Tensor& x) {
    for (const Op& op : ops) cases.add_at(op.name + "/" + where, {x}, op.f);
  };
  add("at zero",
      {{"exp", exp},
       {"expm1", expm1},
       {"log1p", log1p},
       {"square", square},
       {"sin", sin},
       {"cos", cos},
       {"tanh", tanh},
       {"sigmoid", sigmoid},
       {"softplus", softplus},
       {"log_sigmoid", log_sigmoid},
       {"silu", silu},
       {"log_tanh_slope", log_tanh_slope},
       {"erf", erf},
       {"cumsum", [](Var x) { return cumsum(x); }},
       {"pow 3", [](Var x) { return pow(x, 3); }},
       {"pow 2", [](Var x) { return pow(x, 2); }},
       {"pow 1", [](Var x) { return pow(x, 1); }},
       {"pow 0", [](Var x) { return pow(x, 0); }},
       {"pow",
        [](Var x) {
          return pow(x, x.tape().constant({3}, {3, 1, -2}));
        }},
       {"pow of a positive number", [](Var x) { return pow(2, x); }},
       {"multiply", [](Var x) { return x * x; }},
       {"divide constant", [](Var x) { return x / 3; }}},
      Tensor(Shape{3}, {0, 0, Real(0.5)}));
  add("of equal elements",
      {{"variance", variance}, {"logsumexp", logsumexp}, {"softmax", softmax}, {"log_softmax", log_softmax}},
      Tensor(Shape{3}, {2, 2, 2}));
  add("of negative numbers",
      {{"pow 3", [](Var x) { return pow(x, 3); }},
       {"pow -2", [](Var x) { return pow(x, -2); }},
       {"pow",
        [](Var x) {
          return pow(x, x.tape().constant({2}, {-1, 4}));
        }},
       {"reciprocal", reciprocal},
       {"log1p", log1p}},
      Tensor(Shape{2}, {Real(-0.5), Real(-0.75)}));
  add("of base zero", {{"pow", [](Var x) { return pow(0, x); }}}, Tensor(Shape{3}, {Real(0.5), 1, 2}));
  add("far out",
      {{"tanh", tanh},
       {"sigmoid", sigmoid},
       {"softplus", softplus},
       {"log_sigmoid", log_sigmoid},
       {"elu", elu},
       {"silu", silu},
       {"log_tanh_slope", log_tanh_slope},
       {"log1mexp", [](Var x) { return log1mexp(-abs(x)); }},
       {"norm", norm},
       {"logsumexp", logsumexp},
       {"softmax", softmax},
       {"log_softmax", log_softmax}},
      Tensor(Shape{4}, {-30, -8, 8, 30}));
  // What overflows in e^x does not in what is left of it. (The shift is the function's, so that steps are
  // those of numbers around 1.)
  add("beyond overflow",
      {{"softplus", [](Var x) { return softplus(x + beyond); }},
       {"log_sigmoid", [](Var x) { return log_sigmoid(x - beyond); }},
       {"logsumexp", [](Var x) { return logsumexp(x + beyond); }},
       {"softmax", [](Var x) { return softmax(x + beyond); }},
       {"log_softmax", [](Var x) { return log_softmax(x + beyond); }}},
      Tensor(Shape{3}, {Real(0.5), 1, Real(-0.75)}));
  // A value of minus infinity has probability 0, and no gradient.
  add("beside an impossible value",
      {{"logsumexp",
        [](Var x) {
          return logsumexp(concat({x, x.tape().constant({2}, -std::numeric_limits<Real>::infinity())}, 0));
        }},
       {"softmax",
        [](Var x) {
          return softmax(concat({x, x.tape().constant({2}, -std::numeric_limits<Real>::infinity())}, 0));
        }}},
      Tensor(Shape{2}, {Real(0.3), -1}));
  return cases.all;
}

}  // namespace doxa
