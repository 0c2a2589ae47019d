// Element-wise ops: every one over several shapes, every pattern of broadcasting, constants in each operand,
// one variable as both operands.

#include <array>

#include "cases.h"
#include "doxa/autograd/ops.h"

namespace doxa {
namespace {

void add_unary(Cases& cases) {
  struct Op {
    std::string name;
    Var (*f)(Var);
    Domain domain = Domain::real;
  };
  const std::initializer_list<Op> ops = {
      {"negate", [](Var x) { return -x; }},
      {"exp", exp},
      {"expm1", expm1},
      {"log", log, Domain::positive},
      {"log1p", log1p, Domain::positive},
      {"square", square},
      {"sqrt", sqrt, Domain::positive},
      {"reciprocal", reciprocal, Domain::positive},
      {"abs", abs, Domain::lattice},
      {"sin", sin},
      {"cos", cos},
      {"tanh", tanh},
      {"sigmoid", sigmoid},
      {"softplus", softplus},
      {"log_sigmoid", log_sigmoid},
      {"log1mexp", [](Var x) { return log1mexp(-x); }, Domain::positive},
      {"log_tanh_slope", log_tanh_slope},
      {"erf", erf},
      {"relu", relu, Domain::lattice},
      {"elu", elu, Domain::lattice},
      {"silu", silu},
      {"pow constant 3", [](Var x) { return pow(x, 3); }},
      {"pow constant -2", [](Var x) { return pow(x, -2); }, Domain::positive},
      {"pow constant 0.3", [](Var x) { return pow(x, Real(0.3)); }, Domain::positive},
      {"pow constant 0", [](Var x) { return pow(x, 0); }},
      {"pow constant of a number", [](Var x) { return pow(Real(1.5), x); }},
      {"clamp", [](Var x) { return clamp(x, -1, 2); }, Domain::lattice},
      {"add constant", [](Var x) { return Real{2} + (x + 3); }},
      {"subtract constant", [](Var x) { return Real{2} - (x - 3); }},
      {"multiply constant", [](Var x) { return Real{2} * (x * -3); }},
      {"divide constant", [](Var x) { return Real{2} / (x / 3); }, Domain::positive},
      {"minimum constant",
       [](Var x) {
         const Var above = minimum(-1, x);
         return minimum(x, 2) * above;
       },
       Domain::lattice},
      {"maximum constant",
       [](Var x) {
         const Var above = maximum(-1, x);
         return maximum(x, 1) * above;
       },
       Domain::lattice},
  };
  for (const Op& op : ops)
    for (const Shape& shape : {Shape{}, Shape{1}, Shape{17}, Shape{3, 5}, Shape{2, 1, 3, 2}})
      cases.add(op.name + "/" + shape.str(), {shape}, op.domain, op.f);
}

void add_binary(Cases& cases) {
  struct Op {
    std::string name;
    Var (*f)(Var, Var);
    Domain domain = Domain::positive;
  };
  const std::initializer_list<Op> ops = {{"add", operator+ },
                                          {"subtract", operator- },
                                           {"multiply", operator* },
                                            {"divide", operator/ },
                                             {"pow", pow},
                                             {"minimum", minimum, Domain::lattice},
                                             {"maximum", maximum, Domain::lattice}};
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
    const std::string name = op.name + "/";
    for (const auto& s : shapes) cases.add(name + s[0].str() + s[1].str(), {s[0], s[1]}, op.domain, op.f);
    cases.add(name + "same operand twice", {{4}}, op.domain, [f = op.f](Var x) {
      const Var squared = square(x);
      return f(x, x) + squared;
    });
    for (const bool first : {false, true})
      for (const Shape& shape : {Shape{}, Shape{5}, Shape{3, 1}})
        cases.add(name + (first ? "constant first " : "constant second ") + shape.str(), {{3, 5}}, op.domain,
                  [f = op.f, first, shape](Tape& tape, Inputs x) {
                    const Var c = tape.constant(shape, Real{2});
                    return first ? f(c, x[0]) : f(x[0], c);
                  });
  }
}

void add_multiply_add(Cases& cases) {
  const std::initializer_list<std::array<Shape, 3>> shapes = {
      {Shape{}, Shape{}, Shape{}},
      {Shape{7}, Shape{7}, Shape{7}},
      {Shape{3, 5}, Shape{3, 5}, Shape{5}},
      {Shape{5}, Shape{3, 1}, Shape{3, 5}},
      {Shape{3, 1}, Shape{3, 5}, Shape{}},
      {Shape{}, Shape{4}, Shape{4}},
      {Shape{2, 1, 3, 1}, Shape{4, 1, 5}, Shape{3, 1}},
  };
  const std::string name = "multiply_add/";
  for (const auto& s : shapes)
    cases.add(name + s[0].str() + s[1].str() + s[2].str(), {s[0], s[1], s[2]}, Domain::real,
              [](Tape&, Inputs x) { return multiply_add(x[0], x[1], x[2]); });
  for (const Shape& shape : {Shape{4}, Shape{3, 5}}) {
    cases.add(name + "a square " + shape.str(), {shape, shape}, Domain::real,
              [](Var x, Var y) { return multiply_add(x, x, y); });
    cases.add(name + "added to itself " + shape.str(), {shape, shape}, Domain::real,
              [](Var x, Var y) { return multiply_add(x, y, y); });
    cases.add(name + "one operand for all " + shape.str(), {shape}, Domain::real,
              [](Var x) { return multiply_add(x, x, x); });
  }
  cases.add(name + "views of one", {{6}}, Domain::real, [](Var x) {
    const Var a = slice(x, 0, 0, 4), b = slice(x, 0, 1, 5), c = slice(x, 0, 2, 6);
    return multiply_add(a, b, c);
  });
  for (std::size_t constant = 0; constant < 3; ++constant)
    for (const Shape& shape : {Shape{3, 5}, Shape{5}})
      cases.add(name + "constant " + std::to_string(constant) + " " + shape.str(), {{3, 5}, {3, 5}},
                Domain::real, [constant, shape](Tape& tape, Inputs x) {
                  std::array<Var, 3> all{x[0], x[1], x[1]};
                  all[constant] = tape.constant(shape, Real{2});
                  return multiply_add(all[0], all[1], all[2]);
                });
}

// A condition of zeros and ones, which is not differentiated.
Var alternating(Tape& tape, const Shape& shape) {
  return tape.constant(shape, [](std::span<Real> all) {
    for (std::size_t i = 0; i < all.size(); ++i) all[i] = i % 3 == 1 ? Real{0} : Real{1};
  });
}

void add_where(Cases& cases) {
  const std::initializer_list<std::array<Shape, 3>> shapes = {
      {Shape{}, Shape{}, Shape{}},
      {Shape{7}, Shape{7}, Shape{7}},
      {Shape{3, 5}, Shape{}, Shape{5}},
      {Shape{5}, Shape{3, 1}, Shape{3, 5}},
      {Shape{3, 1}, Shape{3, 5}, Shape{1, 5}},
      {Shape{2, 1, 3, 1}, Shape{4, 1, 5}, Shape{3, 1}},
      {Shape{2, 1, 1, 5}, Shape{4, 1, 1}, Shape{1, 1, 3, 1}},
      {Shape{}, Shape{2, 2}, Shape{2, 1}},
  };
  for (const auto& s : shapes)
    cases.add(
        "where/" + s[0].str() + s[1].str() + s[2].str(), {s[1], s[2]},
        [condition = s[0]](Tape& tape, Inputs x) { return where(alternating(tape, condition), x[0], x[1]); });
  cases.add("where/condition a tensor", {{3, 5}, {5}}, [](Var x, Var y) {
    return where(Tensor(Shape{3, 1}, {0, 1, 0}), x, y);
  });
  cases.add("where/same operand twice", {{5}},
            [](Tape& tape, Inputs x) { return where(alternating(tape, {5}), x[0], x[0]); });
  for (const bool first : {false, true})
    cases.add(std::string("where/constant ") + (first ? "first" : "second"), {{3, 5}},
              [first](Tape& tape, Inputs x) {
                const Var c = tape.constant(Shape{}, Real{2}), condition = alternating(tape, {3, 1});
                return first ? where(condition, c, x[0]) : where(condition, x[0], c);
              });
}

}  // namespace

std::vector<GradientCase> elementwise_cases() {
  Cases cases{"op/"};
  add_unary(cases);
  add_binary(cases);
  add_multiply_add(cases);
  add_where(cases);
  return cases.all;
}

}  // namespace doxa
