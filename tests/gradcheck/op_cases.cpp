#include <array>

#include "cases.h"
#include "doxa/autograd/ops.h"

namespace doxa {
namespace {

using Cases = std::vector<GradientCase>;
using Inputs = std::span<const Var>;

void add_unary(Cases& cases) {
  struct Op {
    const char* name;
    Var (*f)(Var);
    Domain domain;
  };
  const std::initializer_list<Op> ops = {
      {"negate", [](Var x) { return -x; }, Domain::real},
      {"exp", exp, Domain::real},
      {"log", log, Domain::positive},
      {"tanh", tanh, Domain::real},
      {"sigmoid", sigmoid, Domain::real},
      {"softplus", softplus, Domain::real},
      {"square", square, Domain::real},
      {"sqrt", sqrt, Domain::positive},
      {"add constant", [](Var x) { return Real{2} + (x + 3); }, Domain::real},
      {"subtract constant", [](Var x) { return Real{2} - (x - 3); }, Domain::real},
      {"multiply constant", [](Var x) { return Real{2} * (x * -3); }, Domain::real},
      {"divide constant", [](Var x) { return Real{2} / (x / 3); }, Domain::positive},
  };
  for (const Op& op : ops)
    for (const Shape& shape : {Shape{}, Shape{1}, Shape{17}, Shape{3, 5}, Shape{2, 1, 3, 2}})
      cases.push_back(tensor_case(
          std::string("op/") + op.name + "/" + shape.str(), [f = op.f](Tape&, Inputs x) { return f(x[0]); },
          {shape}, op.domain));
}

void add_binary(Cases& cases) {
  struct Op {
    const char* name;
    Var (*f)(Var, Var);
  };
  const std::initializer_list<Op> ops = {
      {"add", operator+ }, {"subtract", operator- }, {"multiply", operator* }, {"divide", operator/ } };
  const std::initializer_list<std::array<Shape, 2>> shapes = {
      {Shape{}, Shape{}},
      {Shape{7}, Shape{7}},
      {Shape{3, 5}, Shape{}},
      {Shape{}, Shape{3, 5}},
      {Shape{3, 5}, Shape{5}},
      {Shape{5}, Shape{3, 5}},
      {Shape{3, 5}, Shape{3, 1}},
      {Shape{3, 1}, Shape{3, 5}},
      {Shape{3, 1}, Shape{1, 5}},
      {Shape{2, 3, 4}, Shape{3, 1}},
      {Shape{2, 1, 4}, Shape{3, 1}},
      {Shape{2, 1, 3, 1}, Shape{4, 1, 5}},
      {Shape{1, 1}, Shape{2, 2}},
  };
  for (const Op& op : ops) {
    for (const auto& s : shapes)
      cases.push_back(tensor_case(
          std::string("op/") + op.name + "/" + s[0].str() + s[1].str(),
          [f = op.f](Tape&, Inputs x) { return f(x[0], x[1]); }, {s[0], s[1]}, Domain::positive));
    cases.push_back(tensor_case(
        std::string("op/") + op.name + "/same operand twice",
        [f = op.f](Tape&, Inputs x) { return f(x[0], x[0]) + square(x[0]); }, {{4}}, Domain::positive));
  }
}

void add_reductions(Cases& cases) {
  struct Op {
    const char* name;
    Var (*all)(Var);
    Var (*axis)(Var, int, bool);
  };
  const std::initializer_list<Op> ops = {
      {"sum", sum, sum},
      {"mean", mean, mean},
      {"logsumexp", logsumexp, logsumexp},
      {"log_softmax", log_softmax, [](Var x, int axis, bool) { return log_softmax(x, axis); }},
  };
  for (const Op& op : ops) {
    const std::string name = std::string("op/") + op.name;
    for (const Shape& shape : {Shape{}, Shape{5}, Shape{2, 3, 4}})
      cases.push_back(tensor_case(name + "/all " + shape.str(),
                                  [f = op.all](Tape&, Inputs x) { return f(x[0]); }, {shape}));
    for (int axis = -1; axis < 4; ++axis)
      for (const bool keepdims : {false, true})
        cases.push_back(
            tensor_case(name + "/axis " + std::to_string(axis) + (keepdims ? " kept" : ""),
                        [f = op.axis, axis, keepdims](Tape&, Inputs x) { return f(x[0], axis, keepdims); },
                        {{2, 3, 1, 5}}));
  }
}

void add_matmul(Cases& cases) {
  const std::initializer_list<std::array<Index, 3>> sizes = {
      {1, 1, 1}, {3, 4, 5}, {9, 2, 26}, {1, 7, 1}, {5, 1, 8}};
  for (const auto [m, k, n] : sizes) {
    const Shape a{m, k}, b{k, n};
    cases.push_back(tensor_case("op/matmul/" + a.str() + b.str(),
                                [](Tape&, Inputs x) { return matmul(x[0], x[1]); }, {a, b}));
  }
  for (const Activation f : {Activation::identity, Activation::tanh, Activation::sigmoid})
    for (const auto [m, k, n] : sizes)
      cases.push_back(tensor_case(
          "op/affine/" + std::to_string(static_cast<int>(f)) + "/" + Shape{m, k}.str() + Shape{k, n}.str(),
          [f](Tape&, Inputs x) { return affine(x[0], x[1], x[2], f); }, {{m, k}, {k, n}, {n}}));
  cases.push_back(tensor_case(
      "op/affine/same operand twice",
      [](Tape&, Inputs x) { return affine(x[0], x[0], reshape(x[0], {1}), Activation::tanh); }, {{1, 1}}));
  cases.push_back(tensor_case("op/matmul/same operand twice",
                              [](Tape&, Inputs x) { return matmul(x[0], x[0]); }, {{4, 4}}));
  cases.push_back(tensor_case("op/matmul/with transposes",
                              [](Tape&, Inputs x) { return matmul(transpose(x[0]), transpose(x[1])); },
                              {{4, 3}, {5, 4}}));
}

void add_shapes(Cases& cases) {
  const Shape shape{2, 3, 4};
  cases.push_back(tensor_case("op/reshape",
                              [](Tape&, Inputs x) {
                                return square(reshape(x[0], {4, 6}));
                              },
                              {shape}));
  cases.push_back(
      tensor_case("op/transpose/[3,5]", [](Tape&, Inputs x) { return transpose(x[0]); }, {{3, 5}}));
  cases.push_back(
      tensor_case("op/transpose/[2,3,4]", [](Tape&, Inputs x) { return transpose(x[0]); }, {shape}));
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
  }
  cases.push_back(tensor_case("op/gather",
                              [](Tape&, Inputs x) {
                                const std::array<Index, 6> k{0, 3, 1, 1, 2, 3};
                                return gather(x[0], k);
                              },
                              {shape}));
  // stop_gradient is not the derivative of its value by design: it is checked as the constant it stands for.
  cases.push_back(tensor_case("op/stop_gradient",
                              [](Tape& tape, Inputs x) {
                                const Var constant = tape.constant(Tensor(Shape{3}, {1, -2, 3}));
                                return x[0] * stop_gradient(exp(constant)) + stop_gradient(constant);
                              },
                              {{3}}));
}

}  // namespace

std::vector<GradientCase> op_cases() {
  Cases cases;
  add_unary(cases);
  add_binary(cases);
  add_reductions(cases);
  add_matmul(cases);
  add_shapes(cases);
  return cases;
}

}  // namespace doxa
