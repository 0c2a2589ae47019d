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
    const std::string name = "matmul/" + s[0].str() + s[1].str();
    cases.add(name, {s[0], s[1]}, [](Var x, Var y) { return matmul(x, y); });
    cases.add(name + " by a constant", {s[0]},
              [b = s[1]](Tape& tape, Inputs x) { return matmul(x[0], tape.constant(b, Real(0.5))); });
    cases.add(name + " of a constant", {s[1]},
              [a = s[0]](Tape& tape, Inputs x) { return matmul(tape.constant(a, Real(0.5)), x[0]); });
  }
  cases.add("matmul/same operand twice", {{4, 4}}, [](Var x) { return matmul(x, x); });
  cases.add("matmul/same stack twice", {{3, 2, 2}}, [](Var x) { return matmul(x, x); });
  cases.add("matmul/with transposes", {{4, 3}, {5, 4}}, [](Var x, Var y) {
    const Var x_t = transpose(x), y_t = transpose(y);
    return matmul(x_t, y_t);
  });
  cases.add("matmul/with slices", {{4, 4}}, [](Var x) {
    const Var a = slice(x, 0, 1, 3), b = slice(x, 1, 0, 2);
    return matmul(a, b);
  });
}

void add_affine(Cases& cases) {
  const std::initializer_list<std::array<Index, 3>> sizes = {
      {1, 1, 1}, {3, 4, 5}, {9, 2, 26}, {1, 7, 1}, {5, 1, 8}};
  for (const auto& [activation, name] : {std::pair{Activation::identity, "affine"},
                                         {Activation::tanh, "affine, tanh"},
                                         {Activation::sigmoid, "affine, sigmoid"}})
    for (const auto [m, k, n] : sizes)
      cases.add(std::string(name) + "/" + Shape{m, k}.str() + Shape{k, n}.str(), {{m, k}, {k, n}, {n}},
                [f = activation](Inputs x) { return affine(x[0], x[1], x[2], f); });
  cases.add("affine/of parts", {{3, 2}, {3, 1}, {7, 4}, {4}}, [](Tape& tape, Inputs x) {
    const std::array<Var, 4> parts{x[0], tape.constant({3, 2}, Real(0.3)), x[1], x[0]};
    return affine(parts, x[2], x[3], Activation::tanh);
  });
  cases.add("affine/same operand thrice", {{1, 1}},
            [](Var x) { return affine(x, x, reshape(x, {1}), Activation::tanh); });
  cases.add("affine/constants", {{3, 3}}, [](Tape& tape, Inputs x) {
    const Var c = tape.constant({3, 3}, Real(0.5)), b = tape.constant({3}, Real(0.1));
    const Var of_input = affine(x[0], c, b), of_weight = affine(c, x[0], b, Activation::tanh);
    const Var row = reshape(slice(x[0], 0, 1, 2), {3}), of_bias = affine(c, c, row, Activation::sigmoid);
    return of_input + of_weight + of_bias;
  });
}

void add_dot(Cases& cases) {
  for (const Index n : {1, 2, 17})
    cases.add("dot/" + std::to_string(n), {{n}, {n}}, [](Var x, Var y) { return dot(x, y); });
  cases.add("dot/same operand twice", {{5}}, [](Var x) { return dot(x, x); });
  cases.add("dot/with a constant", {{5}}, [](Tape& tape, Inputs x) {
    const Var c = tape.constant({5}, Real{3});
    const Var linear = dot(x[0], c);
    return linear * dot(c, square(x[0]));
  });
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

void add_triangular_matmul(Cases& cases) {
  for (const Shape& s : {Shape{1, 1}, Shape{5, 5}, Shape{2, 3, 3}})
    for (const Triangle triangle : {Triangle::lower, Triangle::upper})
      for (const bool transposed : {false, true})
        cases.add("triangular_matmul/" + s.str() + (triangle == Triangle::lower ? " lower" : " upper") +
                      (transposed ? " transposed" : ""),
                  {s, s.with(s.rank() - 1, 2)},
                  [=](Var x, Var y) { return triangular_matmul(x, y, triangle, transposed); });
  cases.add("triangular_matmul/two blocks", {{37, 37}, {37, 2}},
            [](Var x, Var y) { return sum(square(triangular_matmul(x, y))); });
  cases.add("triangular_matmul/stacks broadcast", {{3, 3}, {2, 3, 1}},
            [](Var x, Var y) { return triangular_matmul(x, y); });
  cases.add("triangular_matmul/one right side, two matrices", {{2, 1, 2, 2}, {3, 2, 2}},
            [](Var x, Var y) { return triangular_matmul(x, y); });
  cases.add("triangular_matmul/same operand twice", {{3, 3}},
            [](Var x) { return triangular_matmul(x, x, Triangle::lower, true); });
  cases.add("triangular_matmul/constants", {{3, 3}}, [](Tape& tape, Inputs x) {
    const Var c = tape.constant({3, 3}, Real{1});
    const Var right = triangular_matmul(c, x[0]), left = triangular_matmul(x[0], c, Triangle::upper);
    return right + left;
  });
}

void add_cholesky(Cases& cases) {
  for (const Shape& s : {Shape{1, 1}, Shape{2, 2}, Shape{5, 5}, Shape{2, 3, 3}, Shape{2, 1, 2, 2}}) {
    cases.add("cholesky/lower triangle of any " + s.str(), {s}, [](Var x) { return cholesky(dominated(x)); });
    cases.add("log_det_from_cholesky/" + s.str(), {s},
              [](Var x) { return log_det_from_cholesky(dominated(x)); });
    for (const Triangle triangle : {Triangle::lower, Triangle::upper})
      for (const bool transposed : {false, true})
        cases.add("solve_triangular/" + s.str() + (triangle == Triangle::lower ? " lower" : " upper") +
                      (transposed ? " transposed" : ""),
                  {s, s.with(s.rank() - 1, 2)},
                  [=](Var x, Var y) { return solve_triangular(dominated(x), y, triangle, transposed); });
  }
  cases.add("cholesky/of a Gram matrix", {{4, 3}},
            [](Var x) { return cholesky(dominated(matmul(x, transpose(x)))); });
  // log N(y | 0, X Xᵀ + 20 I), up to constants: quadratic form and determinant from one factor.
  cases.add("cholesky/Gaussian log-density", {{3, 3}, {3, 1}}, [](Var x, Var y) {
    const Var l = cholesky(dominated(matmul(x, transpose(x))));
    const Var log_det = log_det_from_cholesky(l);
    return sum(square(solve_triangular(l, y))) + log_det;
  });
  cases.add("solve_triangular/stacks broadcast", {{3, 3}, {2, 3, 1}},
            [](Var x, Var y) { return solve_triangular(dominated(x), y); });
  cases.add("solve_triangular/one right side, two matrices", {{2, 1, 2, 2}, {3, 2, 2}},
            [](Var x, Var y) { return solve_triangular(dominated(x), y); });
  cases.add("solve_triangular/same operand twice", {{3, 3}}, [](Var x) {
    const Var t = dominated(x);
    return solve_triangular(t, t, Triangle::lower, true);
  });
  cases.add("solve_triangular/constants", {{3, 3}}, [](Tape& tape, Inputs x) {
    const Var c = dominated(tape.constant({3, 3}, Real{1}));
    const Var right = solve_triangular(c, x[0]), left = solve_triangular(dominated(x[0]), c);
    return right + left;
  });
}

}  // namespace

std::vector<GradientCase> linear_algebra_cases() {
  Cases cases{"op/"};
  add_matmul(cases);
  add_affine(cases);
  add_triangular_matmul(cases);
  add_dot(cases);
  add_cholesky(cases);
  return cases.all;
}

}  // namespace doxa
