// Kinks hit exactly: the two one-sided derivatives differ, and the declared one lies between them.

#include "cases.h"
#include "doxa/autograd/ops.h"

namespace doxa {
namespace {}  // namespace

// At each kink stands the declared derivative of ops.h; the elements beside it are away from any.
std::vector<GradientCase> kink_cases() {
  std::vector<GradientCase> cases;
  const auto add = [&](const char* name, TensorFunction f, std::vector<Tensor> inputs) {
    cases.push_back(point_case(std::string("kink/") + name, std::move(f), std::move(inputs), Verdict::kink));
  };
  const Tensor around(Shape{3}, {-1, 0, 2}), other(Shape{3}, {1, 0, Real(0.5)});
  add("relu", [](Tape&, Inputs x) { return relu(x[0]); }, {around});
  add("relu/all elements", [](Tape&, Inputs x) { return relu(x[0]); }, {Tensor(Shape{2, 2})});
  add("relu/of a product", [](Tape&, Inputs x) { return relu(x[0] * x[1]); },
      {around, Tensor(Shape{3}, {1, 2, -1})});
  add("abs", [](Tape&, Inputs x) { return abs(x[0]); }, {around});
  add("abs/of a sum", [](Tape&, Inputs x) { return abs(sum(x[0])); }, {Tensor(Shape{3}, {-1, 3, -2})});
  add("sqrt/of a square", [](Tape&, Inputs x) { return sqrt(square(x[0])); }, {around});
  add("pow 0.5/of a square", [](Tape&, Inputs x) { return pow(square(x[0]), Real(0.5)); }, {around});
  add("clamp/lower bound", [](Tape&, Inputs x) { return clamp(x[0], 0, 1); }, {around});
  add("clamp/upper bound", [](Tape&, Inputs x) { return clamp(x[0], -3, 0); }, {around});
  add("minimum/tie", [](Tape&, Inputs x) { return minimum(x[0], x[1]); }, {around, other});
  add("maximum/tie", [](Tape&, Inputs x) { return maximum(x[0], x[1]); }, {around, other});
  add("minimum/tie, broadcast", [](Tape&, Inputs x) { return minimum(x[0], x[1]); },
      {around, Tensor(Shape{}, {2})});
  add("minimum constant", [](Tape&, Inputs x) { return minimum(x[0], Real{2}); }, {around});
  add("maximum constant", [](Tape&, Inputs x) { return maximum(Real{-1}, x[0]); }, {around});
  add("max/two largest", [](Tape&, Inputs x) { return max(x[0]); }, {Tensor(Shape{4}, {1, 2, 2, -1})});
  add("max/all equal", [](Tape&, Inputs x) { return max(x[0], 1); },
      {Tensor(Shape{2, 3}, {1, 1, 1, 2, 2, 2})});
  add("min/two smallest", [](Tape&, Inputs x) { return min(x[0]); }, {Tensor(Shape{4}, {-1, 2, 2, -1})});
  return cases;
}

}  // namespace doxa
