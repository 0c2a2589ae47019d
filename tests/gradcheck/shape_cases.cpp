#include <array>
#include <string>

#include "cases.h"
#include "doxa/autograd/ops.h"

namespace doxa {
namespace {

const Shape shape{2, 3, 4};

void add_order(Cases& cases) {
  cases.push_back(tensor_case("op/reshape",
                              [](Tape&, Inputs x) {
                                return square(reshape(x[0], {4, 6}));
                              },
                              {shape}));
  for (const Shape& s : {Shape{1, 1}, Shape{3, 5}, Shape{9, 17}, shape})
    cases.push_back(
        tensor_case("op/transpose/" + s.str(), [](Tape&, Inputs x) { return transpose(x[0]); }, {s}));
  for (const AxisList& order : {AxisList{0, 1, 2, 3}, AxisList{3, 2, 1, 0}, AxisList{2, 0, 3, 1},
                                AxisList{1, 0, 2, 3}, AxisList{0, 2, 3, 1}, AxisList{-1, 0, 1, 2}}) {
    std::string name = "op/permute/";
    for (int i = 0; i < 4; ++i) name += std::to_string(order[i]);
    cases.push_back(
        tensor_case(name, [order](Tape&, Inputs x) { return permute(x[0], order); }, {{2, 3, 1, 5}}));
  }
  cases.push_back(tensor_case("op/permute/of a slice, times its source",
                              [](Tape&, Inputs x) {
                                return permute(slice(x[0], 2, 1, 3), {2, 1, 0}) * slice(x[0], 0, 0, 1);
                              },
                              {{3, 2, 3}}));
  const std::initializer_list<std::array<Shape, 2>> stretched = {{Shape{}, Shape{3}},
                                                                 {Shape{3}, Shape{3}},
                                                                 {Shape{1}, Shape{2, 5}},
                                                                 {Shape{5}, Shape{2, 3, 5}},
                                                                 {Shape{3, 1}, Shape{2, 3, 4}},
                                                                 {Shape{2, 1, 3, 1}, Shape{2, 4, 3, 2}},
                                                                 {Shape{1, 3, 1, 2}, Shape{2, 3, 4, 2}}};
  for (const auto& s : stretched)
    cases.push_back(tensor_case("op/broadcast_to/" + s[0].str() + s[1].str(),
                                [to = s[1]](Tape&, Inputs x) { return broadcast_to(x[0], to); }, {s[0]}));
}

void add_parts(Cases& cases) {
  for (int axis = 0; axis < 3; ++axis) {
    const std::string at = "/axis " + std::to_string(axis);
    cases.push_back(tensor_case(
        "op/slice" + at, [axis](Tape&, Inputs x) { return square(slice(x[0], axis, 1, x[0].shape()[axis])); },
        {shape}));
    cases.push_back(tensor_case(
        "op/slice of slice" + at,
        [axis](Tape&, Inputs x) { return x[0] * slice(slice(x[0], 0, 1, 2), axis, 0, 1); }, {shape}));
    cases.push_back(tensor_case("op/concat" + at,
                                [axis](Tape&, Inputs x) {
                                  return concat({x[0], x[1], square(x[0])}, axis);
                                },
                                {shape, shape.with(axis, 5)}));
    cases.push_back(tensor_case("op/concat/with itself" + at,
                                [axis](Tape&, Inputs x) {
                                  return square(concat({x[0], x[0]}, axis));
                                },
                                {shape}));
    cases.push_back(tensor_case("op/concat/with constants" + at,
                                [axis](Tape& tape, Inputs x) {
                                  const Var c = tape.constant(shape, Real{2});
                                  return concat({c, x[0], c}, axis);
                                },
                                {shape}));
    cases.push_back(tensor_case("op/split/into single slices" + at,
                                [axis](Tape&, Inputs x) {
                                  Var product = x[0].tape().constant(1);
                                  const std::vector<Index> ones(static_cast<std::size_t>(shape[axis]), 1);
                                  for (const Var& part : split(x[0], ones, axis)) product = product * part;
                                  return product;
                                },
                                {shape}));
    cases.push_back(tensor_case("op/equal_part" + at,
                                [axis](Tape&, Inputs x) {
                                  return square(equal_part(x[0], 1, 3, axis)) * equal_part(x[0], 2, 3, axis);
                                },
                                {{3, 6, 3}}));
    cases.push_back(tensor_case("op/split/equal halves swapped" + at,
                                [axis](Tape&, Inputs x) {
                                  const auto [a, b] = split<2>(x[0], axis);
                                  return a * square(b);
                                },
                                {{4, 6, 2}}));
  }
  for (int axis = -1; axis < 3; ++axis) {
    const std::string at = "/axis " + std::to_string(axis);
    cases.push_back(tensor_case("op/stack" + at,
                                [axis](Tape&, Inputs x) {
                                  return square(stack({x[0], x[1], x[0]}, axis));
                                },
                                {{3, 5}, {3, 5}}));
    cases.push_back(tensor_case("op/stack/of transposes and constants" + at,
                                [axis](Tape& tape, Inputs x) {
                                  const Var c = tape.constant({5, 3}, Real{2});
                                  return stack({c, transpose(x[0]), transpose(x[0])}, axis);
                                },
                                {{3, 5}}));
  }
}

void add_indices(Cases& cases) {
  cases.push_back(tensor_case("op/gather",
                              [](Tape&, Inputs x) {
                                const std::array<Index, 6> k{0, 3, 1, 1, 2, 3};
                                return gather(x[0], k);
                              },
                              {shape}));
  for (int axis = -1; axis < 3; ++axis)
    cases.push_back(tensor_case("op/take/axis " + std::to_string(axis),
                                [axis](Tape&, Inputs x) {
                                  const std::array<Index, 5> k{1, 0, 1, 1, 0};
                                  return square(take(x[0], k, axis));
                                },
                                {shape}));
  cases.push_back(tensor_case("op/take/of a transpose",
                              [](Tape&, Inputs x) {
                                const std::array<Index, 2> k{2, 2};
                                return take(transpose(x[0]), k);
                              },
                              {{2, 3}}));
  cases.push_back(tensor_case("op/one_hot/as a factor",
                              [](Tape& tape, Inputs x) {
                                const std::array<Index, 3> k{1, 0, 1};
                                return matmul(one_hot(tape, k, 2), x[0]);
                              },
                              {{2, 4}}));
}

// Ops that are not the derivative of their value by design are checked as what they stand for.
void add_gradients(Cases& cases) {
  cases.push_back(tensor_case("op/stop_gradient",  // a constant
                              [](Tape& tape, Inputs x) {
                                const Var constant = tape.constant(Tensor(Shape{3}, {1, -2, 3}));
                                return x[0] * stop_gradient(exp(constant)) + stop_gradient(constant);
                              },
                              {{3}}));
  cases.push_back(tensor_case("op/straight_through",  // its surrogate, which here differs by a constant
                              [](Tape&, Inputs x) {
                                const Var surrogate = sigmoid(x[0]);
                                return square(straight_through(surrogate + 1, surrogate));
                              },
                              {{3, 2}}));
}

}  // namespace

std::vector<GradientCase> shape_cases() {
  Cases cases;
  add_order(cases);
  add_parts(cases);
  add_indices(cases);
  add_gradients(cases);
  return cases;
}

}  // namespace doxa
