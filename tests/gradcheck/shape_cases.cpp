#include <array>
#include <string>

#include "cases.h"
#include "doxa/autograd/ops.h"

namespace doxa {
namespace {

const Shape shape{2, 3, 4};

void add_order(Cases& cases) {
  cases.add("reshape", {shape}, [](Var x) { return square(reshape(x, {4, 6})); });
  for (const Shape& s : {Shape{1, 1}, Shape{3, 5}, Shape{9, 17}, shape})
    cases.add("transpose/" + s.str(), {s}, [](Var x) { return transpose(x); });
  for (const AxisList& order : {AxisList{0, 1, 2, 3}, AxisList{3, 2, 1, 0}, AxisList{2, 0, 3, 1},
                                AxisList{1, 0, 2, 3}, AxisList{0, 2, 3, 1}, AxisList{-1, 0, 1, 2}}) {
    std::string name = "permute/";
    for (int i = 0; i < 4; ++i) name += std::to_string(order[i]);
    cases.add(name, {{2, 3, 1, 5}}, [order](Var x) { return permute(x, order); });
  }
  cases.add("permute/of a slice, times its source", {{3, 2, 3}}, [](Var x) {
    const Var source = slice(x, 0, 0, 1);
    return permute(slice(x, 2, 1, 3), {2, 1, 0}) * source;
  });
  const std::initializer_list<std::array<Shape, 2>> stretched = {{Shape{}, Shape{3}},
                                                                 {Shape{3}, Shape{3}},
                                                                 {Shape{1}, Shape{2, 5}},
                                                                 {Shape{5}, Shape{2, 3, 5}},
                                                                 {Shape{3, 1}, Shape{2, 3, 4}},
                                                                 {Shape{2, 1, 3, 1}, Shape{2, 4, 3, 2}},
                                                                 {Shape{1, 3, 1, 2}, Shape{2, 3, 4, 2}}};
  for (const auto& s : stretched)
    cases.add("broadcast_to/" + s[0].str() + s[1].str(), {s[0]},
              [to = s[1]](Var x) { return broadcast_to(x, to); });
}

void add_parts(Cases& cases) {
  for (int axis = 0; axis < 3; ++axis) {
    const std::string at = "/axis " + std::to_string(axis);
    cases.add("slice" + at, {shape}, [axis](Var x) { return square(slice(x, axis, 1, x.shape()[axis])); });
    cases.add("slice of slice" + at, {shape},
              [axis](Var x) { return x * slice(slice(x, 0, 1, 2), axis, 0, 1); });
    cases.add("concat" + at, {shape, shape.with(axis, 5)}, [axis](Var x, Var y) {
      return concat({x, y, square(x)}, axis);
    });
    cases.add("concat/with itself" + at, {shape}, [axis](Var x) { return square(concat({x, x}, axis)); });
    cases.add("concat/with constants" + at, {shape}, [axis](Tape& tape, Inputs x) {
      const Var c = tape.constant(shape, Real{2});
      return concat({c, x[0], c}, axis);
    });
    cases.add("split/into single slices" + at, {shape}, [axis](Var x) {
      Var product = x.tape().constant(1);
      const std::vector<Index> ones(static_cast<std::size_t>(shape[axis]), 1);
      for (const Var& part : split(x, ones, axis)) product = product * part;
      return product;
    });
    cases.add("equal_part" + at, {{3, 6, 3}}, [axis](Var x) {
      const Var last = equal_part(x, 2, 3, axis);
      return square(equal_part(x, 1, 3, axis)) * last;
    });
    cases.add("split/equal halves swapped" + at, {{4, 6, 2}}, [axis](Var x) {
      const auto [a, b] = split<2>(x, axis);
      return a * square(b);
    });
  }
  for (int axis = -1; axis < 3; ++axis) {
    const std::string at = "/axis " + std::to_string(axis);
    cases.add("stack" + at, {{3, 5}, {3, 5}}, [axis](Var x, Var y) {
      return square(stack({x, y, x}, axis));
    });
    cases.add("stack/of transposes and constants" + at, {{3, 5}}, [axis](Tape& tape, Inputs x) {
      const Var c = tape.constant({5, 3}, Real{2});
      return stack({c, transpose(x[0]), transpose(x[0])}, axis);
    });
  }
}

void add_indices(Cases& cases) {
  cases.add("gather", {shape}, [](Var x) {
    const std::array<Index, 6> k{0, 3, 1, 1, 2, 3};
    return gather(x, k);
  });
  for (int axis = -1; axis < 3; ++axis)
    cases.add("take/axis " + std::to_string(axis), {shape}, [axis](Var x) {
      const std::array<Index, 5> k{1, 0, 1, 1, 0};
      return square(take(x, k, axis));
    });
  cases.add("take/of a transpose", {{2, 3}}, [](Var x) {
    const std::array<Index, 2> k{2, 2};
    return take(transpose(x), k);
  });
  cases.add("one_hot/as a factor", {{2, 4}}, [](Tape& tape, Inputs x) {
    const std::array<Index, 3> k{1, 0, 1};
    return matmul(one_hot(tape, k, 2), x[0]);
  });
}

// Ops that are not the derivative of their value by design are checked as what they stand for.
void add_gradients(Cases& cases) {
  cases.add("stop_gradient", {{3}},  // a constant
            [](Tape& tape, Inputs x) {
              const Var constant = tape.constant({3}, {1, -2, 3});
              const Var offset = stop_gradient(constant);
              return x[0] * stop_gradient(exp(constant)) + offset;
            });
  cases.add("straight_through", {{3, 2}},  // its surrogate, which here differs by a constant
            [](Var x) {
              const Var surrogate = sigmoid(x);
              return square(straight_through(surrogate + 1, surrogate));
            });
}

}  // namespace

std::vector<GradientCase> shape_cases() {
  Cases cases{"op/"};
  add_order(cases);
  add_parts(cases);
  add_indices(cases);
  add_gradients(cases);
  return cases.all;
}

}  // namespace doxa
