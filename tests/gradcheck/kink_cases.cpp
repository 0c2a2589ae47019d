// Kinks hit exactly: the two one-sided derivatives differ, and the declared one lies between them.

#include "cases.h"
#include "doxa/autograd/ops.h"

namespace doxa {
// At each kink stands the declared derivative of ops.h; the elements beside it are away from any.
std::vector<GradientCase> kink_cases() {
  Cases cases{"kink/"};
  const Tensor around(Shape{3}, {-1, 0, 2}), other(Shape{3}, {1, 0, Real(0.5)});
  cases.add_at(
      "relu", {around}, [](Var x) { return relu(x); }, Verdict::kink);
  cases.add_at(
      "relu/all elements", {Tensor(Shape{2, 2})}, [](Var x) { return relu(x); }, Verdict::kink);
  cases.add_at(
      "relu/of a product", {around, Tensor(Shape{3}, {1, 2, -1})}, [](Var x, Var y) { return relu(x * y); },
      Verdict::kink);
  cases.add_at(
      "abs", {around}, [](Var x) { return abs(x); }, Verdict::kink);
  cases.add_at(
      "abs/of a sum", {Tensor(Shape{3}, {-1, 3, -2})}, [](Var x) { return abs(sum(x)); }, Verdict::kink);
  cases.add_at(
      "sqrt/of a square", {around}, [](Var x) { return sqrt(square(x)); }, Verdict::kink);
  cases.add_at(
      "pow 0.5/of a square", {around}, [](Var x) { return pow(square(x), Real(0.5)); }, Verdict::kink);
  cases.add_at(
      "clamp/lower bound", {around}, [](Var x) { return clamp(x, 0, 1); }, Verdict::kink);
  cases.add_at(
      "clamp/upper bound", {around}, [](Var x) { return clamp(x, -3, 0); }, Verdict::kink);
  cases.add_at(
      "minimum/tie", {around, other}, [](Var x, Var y) { return minimum(x, y); }, Verdict::kink);
  cases.add_at(
      "maximum/tie", {around, other}, [](Var x, Var y) { return maximum(x, y); }, Verdict::kink);
  cases.add_at(
      "minimum/tie, broadcast", {around, Tensor(Shape{}, {2})}, [](Var x, Var y) { return minimum(x, y); },
      Verdict::kink);
  cases.add_at(
      "minimum constant", {around}, [](Var x) { return minimum(x, Real{2}); }, Verdict::kink);
  cases.add_at(
      "maximum constant", {around}, [](Var x) { return maximum(Real{-1}, x); }, Verdict::kink);
  cases.add_at(
      "max/two largest", {Tensor(Shape{4}, {1, 2, 2, -1})}, [](Var x) { return max(x); }, Verdict::kink);
  cases.add_at(
      "max/all equal", {Tensor(Shape{2, 3}, {1, 1, 1, 2, 2, 2})}, [](Var x) { return max(x, 1); },
      Verdict::kink);
  cases.add_at(
      "min/two smallest", {Tensor(Shape{4}, {-1, 2, 2, -1})}, [](Var x) { return min(x); }, Verdict::kink);
  return cases.all;
}

}  // namespace doxa
