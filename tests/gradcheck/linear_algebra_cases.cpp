#include <array>
#include <string>
#include <utility>

#include "cases.h"
#include "doxa/autograd/ops.h"

namespace doxa {
namespace {

void add_matmul(Cases& cases) {
  const std::initializer_list<std::array<Shape, 2>> shapes = {
      {Shape{1, 1}, Shape{1, 1}},
      {Shape{3, 4}, Shape{4, 5}},
      {Shape{9, 2}, Shape{2, 26}},
      {Shape{1, 7}, Shape{7, 1}},
      {Shape{5, 1}, Shape{1, 8}},
      {Shape{2, 3, 4}, Shape{4, 2}},
      {Shape{3, 4}, Shape{2, 4, 2}},
      {Shape{2, 3, 4}, Shape{2, 4, 1}},
      {Shape{1, 3, 4}, Shape{2, 4, 2}},
      {Shape{2, 1, 3, 2}, Shape{3, 2, 2}},
      {Shape{2, 3, 1, 2}, Shape{2, 1, 2, 3}},
      {Shape{2, 2, 1, 3}, Shape{3, 2}},
  };
  for (const auto& s : shapes) {
    const std::string name = "op/matmul/" + s[0].str() + s[1].str();
    cases.push_back(tensor_case(name, [](Tape&, Inputs x) { return matmul(x[0], x[1]); }, {s[0], s[1]}));
    cases.push_back(tensor_case(
        name + " by a constant",
        [b = s[1]](Tape& tape, Inputs x) { return matmul(x[0], tape.constant(b, Real(0.5))); }, {s[0]}));
    cases.push_back(tensor_case(
        name + " of a constant",
        [a = s[0]](Tape& tape, Inputs x) { return matmul(tape.constant(a, Real(0.5)), x[0]); }, {s[1]}));
  }
  cases.push_back(tensor_case("op/matmul/same operand twice",
                              [](Tape&, Inputs x) { return matmul(x[0], x[0]); }, {{4, 4}}));
  cases.push_back(tensor_case("op/matmul/same stack twice",
                              [](Tape&, Inputs x) { return matmul(x[0], x[0]); }, {{3, 2, 2}}));
  cases.push_back(tensor_case("op/matmul/with transposes",
                              [](Tape&, Inputs x) { return matmul(transpose(x[0]), transpose(x[1])); },
                              {{4, 3}, {5, 4}}));
  cases.push_back(tensor_case(
      "op/matmul/with slices",
      [](Tape&, Inputs x) { return matmul(slice(x[0], 0, 1, 3), slice(x[0], 1, 0, 2)); }, {{4, 4}}));
}

void add_affine(Cases& cases) {
  const std::initializer_list<std::array<Index, 3>> sizes = {
      {1, 1, 1}, {3, 4, 5}, {9, 2, 26}, {1, 7, 1}, {5, 1, 8}};
  for (const auto& [activation, name] : {std::pair{Activation::identity, "affine"},
                                         {Activation::tanh, "affine, tanh"},
                                         {Activation::sigmoid, "affine, sigmoid"}})
    for (const auto [m, k, n] : sizes)
      cases.push_back(tensor_case(std::string("op/") + name + "/" + Shape{m, k}.str() + Shape{k, n}.str(),
                                  [f = activation](Tape&, Inputs x) { return affine(x[0], x[1], x[2], f); },
                                  {{m, k}, {k, n}, {n}}));
  cases.push_back(
      tensor_case("op/affine/of parts",
                  [](Tape& tape, Inputs x) {
                    const std::array<Var, 4> parts{x[0], tape.constant({3, 2}, Real(0.3)), x[1], x[0]};
                    return affine(parts, x[2], x[3], Activation::tanh);
                  },
                  {{3, 2}, {3, 1}, {7, 4}, {4}}));
  cases.push_back(tensor_case(
      "op/affine/same operand thrice",
      [](Tape&, Inputs x) { return affine(x[0], x[0], reshape(x[0], {1}), Activation::tanh); }, {{1, 1}}));
  cases.push_back(
      tensor_case("op/affine/constants",
                  [](Tape& tape, Inputs x) {
                    const Var c = tape.constant({3, 3}, Real(0.5)), b = tape.constant({3}, Real(0.1));
                    return affine(x[0], c, b) + affine(c, x[0], b, Activation::tanh) +
                           affine(c, c, reshape(slice(x[0], 0, 1, 2), {3}), Activation::sigmoid);
                  },
                  {{3, 3}}));
}

void add_dot(Cases& cases) {
  for (const Index n : {1, 2, 17})
    cases.push_back(tensor_case("op/dot/" + std::to_string(n),
                                [](Tape&, Inputs x) { return dot(x[0], x[1]); }, {{n}, {n}}));
  cases.push_back(
      tensor_case("op/dot/same operand twice", [](Tape&, Inputs x) { return dot(x[0], x[0]); }, {{5}}));
  cases.push_back(tensor_case("op/dot/with a constant",
                              [](Tape& tape, Inputs x) {
                                const Var c = tape.constant({5}, Real{3});
                                return dot(x[0], c) * dot(c, square(x[0]));
                              },
                              {{5}}));
}

// Any matrix plus a multiple of one that dominates it: with the lower triangle alone, a positive definite
// one.
Var dominated(Var x) {
  const Index n = x.shape()[x.rank() - 1];
  return x + x.tape().constant({n, n}, [n](std::span<Real> all) {
    for (Index i = 0; i < n * n; ++i)
      all[static_cast<std::size_t>(i)] = i % (n + 1) == 0 ? 4 * Real(n) + 8 : 0;
  });
}

void add_cholesky(Cases& cases) {
  for (const Shape& s : {Shape{1, 1}, Shape{2, 2}, Shape{5, 5}, Shape{2, 3, 3}, Shape{2, 1, 2, 2}}) {
    cases.push_back(tensor_case("op/cholesky/lower triangle of any " + s.str(),
                                [](Tape&, Inputs x) { return cholesky(dominated(x[0])); }, {s}));
    cases.push_back(tensor_case("op/log_det_from_cholesky/" + s.str(),
                                [](Tape&, Inputs x) { return log_det_from_cholesky(dominated(x[0])); }, {s}));
    for (const Triangle triangle : {Triangle::lower, Triangle::upper})
      for (const bool transposed : {false, true})
        cases.push_back(tensor_case(
            "op/solve_triangular/" + s.str() + (triangle == Triangle::lower ? " lower" : " upper") +
                (transposed ? " transposed" : ""),
            [=](Tape&, Inputs x) { return solve_triangular(dominated(x[0]), x[1], triangle, transposed); },
            {s, s.with(s.rank() - 1, 2)}));
  }
  cases.push_back(tensor_case(
      "op/cholesky/of a Gram matrix",
      [](Tape&, Inputs x) { return cholesky(dominated(matmul(x[0], transpose(x[0])))); }, {{4, 3}}));
  // log N(y | 0, X Xᵀ + 20 I), up to constants: quadratic form and determinant from one factor.
  cases.push_back(tensor_case("op/cholesky/Gaussian log-density",
                              [](Tape&, Inputs x) {
                                const Var l = cholesky(dominated(matmul(x[0], transpose(x[0]))));
                                return sum(square(solve_triangular(l, x[1]))) + log_det_from_cholesky(l);
                              },
                              {{3, 3}, {3, 1}}));
  cases.push_back(tensor_case("op/solve_triangular/stacks broadcast",
                              [](Tape&, Inputs x) { return solve_triangular(dominated(x[0]), x[1]); },
                              {{3, 3}, {2, 3, 1}}));
  cases.push_back(tensor_case("op/solve_triangular/one right side, two matrices",
                              [](Tape&, Inputs x) { return solve_triangular(dominated(x[0]), x[1]); },
                              {{2, 1, 2, 2}, {3, 2, 2}}));
  cases.push_back(tensor_case("op/solve_triangular/same operand twice",
                              [](Tape&, Inputs x) {
                                const Var t = dominated(x[0]);
                                return solve_triangular(t, t, Triangle::lower, true);
                              },
                              {{3, 3}}));
  cases.push_back(tensor_case("op/solve_triangular/constants",
                              [](Tape& tape, Inputs x) {
                                const Var c = dominated(tape.constant({3, 3}, Real{1}));
                                return solve_triangular(c, x[0]) + solve_triangular(dominated(x[0]), c);
                              },
                              {{3, 3}}));
}

}  // namespace

std::vector<GradientCase> linear_algebra_cases() {
  Cases cases;
  add_matmul(cases);
  add_affine(cases);
  add_dot(cases);
  add_cholesky(cases);
  return cases;
}

}  // namespace doxa
