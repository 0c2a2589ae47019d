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

}  // namespace

std::vector<GradientCase> op_cases() {
  Cases cases;
  add_unary(cases);
  add_binary(cases);
  return cases;
}

}  // namespace doxa
