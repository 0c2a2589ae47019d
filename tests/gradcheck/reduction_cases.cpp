#include <string>

#include "cases.h"
#include "doxa/autograd/ops.h"

namespace doxa {
namespace {

// Elements so far from each other, at least 1/2, that no step of a numerical derivative crosses a tie: it
// would see the kink.
Var apart(Var x) {
  const Var little = sin(x) / 4;
  return little + x.tape().constant(x.shape(), [](std::span<Real> all) {
    for (std::size_t i = 0; i < all.size(); ++i) all[i] = static_cast<Real>((11 * i + 3) % all.size());
  });
}

struct Reduction {
  const char* name;
  Var (*all)(Var);
  Var (*over)(Var, const AxisList&, bool keepdims);
};

const std::initializer_list<Reduction> reductions = {
    {"sum", sum, sum},
    {"mean", mean, mean},
    {"variance", variance, variance},
    {"max", [](Var x) { return max(apart(x)); },
     [](Var x, const AxisList& axes, bool keepdims) { return max(apart(x), axes, keepdims); }},
    {"min", [](Var x) { return min(apart(x)); },
     [](Var x, const AxisList& axes, bool keepdims) { return min(apart(x), axes, keepdims); }},
    {"norm", norm, norm},
    {"squared_norm", squared_norm, squared_norm},
    {"prod", prod, prod},
    {"logsumexp", logsumexp, logsumexp},
    {"softmax", softmax, [](Var x, const AxisList& axes, bool) { return softmax(x, axes); }},
    {"log_softmax", log_softmax, [](Var x, const AxisList& axes, bool) { return log_softmax(x, axes); }},
};

std::string text(const AxisList& axes) {
  std::string all;
  for (int i = 0; i < axes.count(); ++i) all += (i > 0 ? "," : "") + std::to_string(axes[i]);
  return "{" + all + "}";
}

}  // namespace

std::vector<GradientCase> reduction_cases() {
  Cases cases{"op/"};
  // One lane, many short lanes, lanes side by side, and kept axes between the reduced ones.
  const std::initializer_list<AxisList> sets = {
      {}, {0}, {1}, {2}, {-1}, {0, 1}, {1, 3}, {3, 0}, {0, 2}, {2, 3}, {0, 1, 3}, {0, 2, 3}, {0, 1, 2, 3}};
  for (const Reduction& op : reductions) {
    const std::string name = op.name;
    // Of one element, the derivative of log_softmax is the 0 that is left of 1 - 1: rounded to the unit
    // round-off of 1, so the input, and the gradient of its square, must not be tiny.
    for (const Shape& shape : {Shape{}, Shape{1}, Shape{7}, Shape{2, 3, 4}})
      cases.add(name + "/all " + shape.str(), {shape}, shape.size() == 1 ? Domain::lattice : Domain::real,
                op.all);
    for (const AxisList& axes : sets)
      for (const bool keepdims : {false, true})
        cases.add(name + "/" + text(axes) + (keepdims ? " kept" : ""), {{2, 3, 1, 5}},
                  [f = op.over, axes, keepdims](Var x) { return f(x, axes, keepdims); });
    cases.add(name + "/many short lanes", {{19, 3}}, [f = op.over](Var x) { return f(x, -1, false); });
    cases.add(name + "/of a slice", {{3, 5, 2}}, [f = op.over](Var x) {
      return f(slice(slice(x, 1, 1, 4), 0, 1, 3), {0, 2}, false);
    });
    cases.add(name + "/of a transpose", {{3, 2, 5}},
              [f = op.over](Var x) { return f(transpose(x), 1, true); });
    cases.add(name + "/of a product, repeatedly", {{3, 3}}, [f = op.over](Var x) {
      const Var y = x * x;
      const Var columns = f(y, 0, true), again = f(y, 0, true), rows = f(y, 1, true);
      return columns * again + rows;
    });
  }
  // Lanes of one row, rows side by side, and blocks of rows.
  for (const int axis : {0, 1, 2, -1})
    cases.add("cumsum/" + std::to_string(axis), {{2, 3, 4}}, [axis](Var x) { return cumsum(x, axis); });
  cases.add("cumsum/of a vector", {{7}}, [](Var x) { return cumsum(x); });
  // At zeros the derivative is the product of the others: of all of them, of one, of none.
  for (const auto& [where, x] : {std::pair{"no zero", Tensor(Shape{4}, {2, -3, Real(0.5), 1})},
                                 std::pair{"one zero", Tensor(Shape{4}, {2, 0, Real(0.5), -3})},
                                 std::pair{"two zeros", Tensor(Shape{4}, {2, 0, 0, -3})},
                                 std::pair{"zeros alone", Tensor(Shape{3}, {0, 0, 0})}})
    cases.add_at(std::string("prod/of ") + where, {x}, [](Var v) { return prod(v); });
  return cases.all;
}

}  // namespace doxa
