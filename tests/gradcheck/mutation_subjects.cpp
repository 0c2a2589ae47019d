#include <algorithm>
#include <array>
#include <cmath>
#include <memory>
#include <utility>

#include "doxa/autograd/ops.h"
#include "doxa/distributions/categorical.h"
#include "doxa/distributions/normal.h"
#include "doxa/models/nn/gru.h"
#include "mutants.h"

namespace doxa {
namespace {

using Subjects = std::vector<Subject>;
using Draw = std::function<std::vector<Tensor>(Philox&)>;

Draw normal(std::vector<Shape> shapes) {
  return [shapes = std::move(shapes)](Philox& random) {
    std::vector<Tensor> inputs;
    for (const Shape& shape : shapes) inputs.push_back(normal_noise(shape, random));
    return inputs;
  };
}

Draw positive(std::vector<Shape> shapes) {
  return [draw = normal(std::move(shapes))](Philox& random) {
    std::vector<Tensor> inputs = draw(random);
    for (Tensor& x : inputs)
      for (Real& x_i : x.span()) x_i = std::exp(x_i);
    return inputs;
  };
}

Draw scaled(std::vector<Shape> shapes, Real factor) {
  return [draw = normal(std::move(shapes)), factor](Philox& random) {
    std::vector<Tensor> inputs = draw(random);
    for (Tensor& x : inputs)
      for (Real& x_i : x.span()) x_i *= factor;
    return inputs;
  };
}

// Draws again until `gap(inputs)`, the distance to the next kink, is at least 1/4.
template <class Gap>
Draw smooth(std::vector<Shape> shapes, Gap gap) {
  return [draw = normal(std::move(shapes)), gap](Philox& random) {
    for (;;)
      if (std::vector<Tensor> inputs = draw(random); gap(inputs) >= Real(0.25)) return inputs;
  };
}

// X Xᵀ + I.
Tensor positive_definite(Index n, Philox& random) {
  const Tensor x = normal_noise({n, n}, random);
  Tensor a(Shape{n, n});
  for (Index i = 0; i < n; ++i)
    for (Index j = 0; j < n; ++j) {
      a(i, j) = i == j;
      for (Index k = 0; k < n; ++k) a(i, j) += x(i, k) * x(j, k);
    }
  return a;
}

void add_elementwise(Subjects& all) {
  const Shape matrix{2, 3}, row{3}, column{2, 1};
  all.push_back({"exp", [](Tape&, Inputs x) { return exp(x[0]); }, normal({matrix})});
  all.push_back({"log", [](Tape&, Inputs x) { return log(x[0]); }, positive({matrix})});
  all.push_back({"tanh", [](Tape&, Inputs x) { return tanh(x[0]); }, normal({matrix})});
  all.push_back({"softplus", [](Tape&, Inputs x) { return softplus(x[0]); }, normal({matrix})});
  all.push_back({"silu", [](Tape&, Inputs x) { return silu(x[0]); }, normal({matrix}), {[](Tape&, Inputs x) {
                   return x[0] * stop_gradient(sigmoid(x[0]));
                 }}});
  all.push_back({"multiply", [](Tape&, Inputs x) { return x[0] * x[1]; }, normal({matrix, row})});
  all.push_back({"divide", [](Tape&, Inputs x) { return x[0] / x[1]; }, positive({column, {1, 3}})});
  all.push_back({"where",
                 [](Tape&, Inputs x) {
                   static const Tensor condition(Shape{2, 3}, {1, 0, 1, 0, 0, 1});
                   return where(condition, x[0], x[1]);
                 },
                 normal({matrix, row})});
  all.push_back({"maximum", [](Tape&, Inputs x) { return maximum(x[0], x[1]); },
                 smooth({matrix, column}, [](const std::vector<Tensor>& x) {
                   Real gap = 1;
                   for (Index i = 0; i < 6; ++i) gap = std::min(gap, std::abs(x[0][i] - x[1][i / 3]));
                   return gap;
                 })});
}

void add_reductions(Subjects& all) {
  const Shape matrix{2, 4}, box{2, 3, 2};
  all.push_back({"sum", [](Tape&, Inputs x) { return sum(x[0], 1); }, normal({box})});
  all.push_back({"mean", [](Tape&, Inputs x) { return mean(x[0], {0, 2}); }, normal({box})});
  all.push_back({"variance", [](Tape&, Inputs x) { return variance(x[0], -1); }, normal({matrix})});
  all.push_back({"max", [](Tape&, Inputs x) { return max(x[0], 0); },
                 smooth({matrix}, [](const std::vector<Tensor>& x) {
                   Real gap = 1;
                   for (Index j = 0; j < 4; ++j) gap = std::min(gap, std::abs(x[0](0, j) - x[0](1, j)));
                   return gap;
                 })});
  all.push_back({"logsumexp", [](Tape&, Inputs x) { return logsumexp(x[0], -1); }, normal({matrix})});
  all.push_back(
      {"softmax", [](Tape&, Inputs x) { return softmax(x[0], -1); }, normal({matrix}), {[](Tape&, Inputs x) {
         return exp(x[0] - stop_gradient(logsumexp(x[0], -1, true)));
       }}});
  all.push_back({"log_softmax",
                 [](Tape&, Inputs x) { return log_softmax(x[0], -1); },
                 normal({matrix}),
                 {[](Tape&, Inputs x) { return x[0] - stop_gradient(logsumexp(x[0], -1, true)); }}});
}

void add_products(Subjects& all) {
  all.push_back({"matmul", [](Tape&, Inputs x) { return matmul(x[0], x[1]); }, normal({{2, 3}, {3, 2}})});
  all.push_back({"matmul, stacks", [](Tape&, Inputs x) { return matmul(x[0], x[1]); },
                 normal({{2, 1, 2, 2}, {2, 2, 1}})});
  all.push_back({"affine, tanh", [](Tape&, Inputs x) { return affine(x[0], x[1], x[2], Activation::tanh); },
                 normal({{2, 3}, {3, 2}, {2}})});
  all.push_back({"attention",
                 [](Tape&, Inputs x) { return matmul(softmax(matmul(x[0], transpose(x[1])), -1), x[2]); },
                 normal({{2, 2}, {3, 2}, {3, 2}}),
                 {[](Tape&, Inputs x) {
                   return matmul(stop_gradient(softmax(matmul(x[0], transpose(x[1])), -1)), x[2]);
                 }}});
  all.push_back({"dot", [](Tape&, Inputs x) { return dot(x[0], x[1]); }, normal({{3}, {3}})});
  all.push_back({"cholesky", [](Tape&, Inputs x) { return cholesky(x[0]); },
                 [](Philox& random) { return std::vector{positive_definite(3, random)}; }});
  all.push_back({"solve_triangular", [](Tape&, Inputs x) { return solve_triangular(x[0], x[1]); },
                 [](Philox& random) {
                   std::vector<Tensor> inputs{normal_noise({3, 3}, random), normal_noise({3, 2}, random)};
                   for (Index i = 0; i < 3; ++i) inputs[0](i, i) = 1 + std::abs(inputs[0](i, i));
                   return inputs;
                 }});
}

void add_shapes(Subjects& all) {
  all.push_back({"transpose", [](Tape&, Inputs x) { return transpose(x[0]); }, normal({{2, 3}})});
  all.push_back({"permute", [](Tape&, Inputs x) { return permute(x[0], {2, 0, 1}); }, normal({{2, 3, 2}})});
  all.push_back({"concat",
                 [](Tape&, Inputs x) {
                   return concat({x[0], x[1]}, 1);
                 },
                 normal({{2, 2}, {2, 3}})});
  all.push_back({"slice", [](Tape&, Inputs x) { return slice(x[0], 1, 1, 3); }, normal({{3, 4}})});
  all.push_back({"take",
                 [](Tape&, Inputs x) {
                   const std::array<Index, 4> rows{2, 0, 2, 1};
                   return take(x[0], rows);
                 },
                 normal({{3, 2}})});
  all.push_back({"gather",
                 [](Tape&, Inputs x) {
                   const std::array<Index, 4> columns{2, 0, 1, 2};
                   return gather(x[0], columns);
                 },
                 normal({{4, 3}})});
}

void add_models(Subjects& all) {
  const auto q = [](Inputs x) { return Normal::from_log_scale(x[0], x[1]); };
  all.push_back({"Normal log_prob",
                 [q](Tape&, Inputs x) { return log_prob(q(x), x[2]); },
                 normal({{2, 3}, {3}, {2, 3}}),
                 {[](Tape&, Inputs x) {
                   return log_prob(Normal::from_log_scale(x[0], stop_gradient(x[1])), x[2]) - x[1] +
                          stop_gradient(x[1]);
                 }}});
  all.push_back({"Normal KL", [q](Tape&, Inputs x) { return kl_divergence(q(x), q(x.subspan(2))); },
                 normal({{2, 2}, {2}, {2, 2}, {2}})});
  all.push_back({"Categorical log_prob",
                 [](Tape&, Inputs x) {
                   const std::array<Index, 3> values{2, 0, 2};
                   return log_prob(Categorical(x[0]), values);
                 },
                 normal({{3, 4}})});
  // log N(x | 0, A) up to a constant, of the lower triangle of A.
  all.push_back({"Gaussian log-density",
                 [](Tape&, Inputs x) {
                   const Var l = cholesky(x[0]);
                   return sum(square(solve_triangular(l, x[1]))) * Real(-0.5) -
                          log_det_from_cholesky(l) * Real(0.5);
                 },
                 [](Philox& random) {
                   return std::vector{positive_definite(3, random), normal_noise({3, 1}, random)};
                 }});
  Philox random(4);
  const auto cell = std::make_shared<GruCell>("gru", 2, 3, random);
  all.push_back({"GRU", [cell](Tape&, Inputs x) { return (*cell)(x[0], x[1]); }, normal({{2, 2}, {2, 3}})});
}

}  // namespace

std::vector<Subject> mutation_subjects() {
  Subjects all;
  for (auto* part : {add_elementwise, add_reductions, add_products, add_shapes, add_models}) part(all);
  return all;
}

std::vector<Subject> wide_range_subjects() {
  constexpr Real far = sizeof(Real) == 8 ? Real(1e6) : Real(100);
  Subjects all;
  all.push_back({"tanh, saturated", [](Tape&, Inputs x) { return tanh(x[0]); }, scaled({{2, 3}}, 4)});
  all.push_back({"exp of large numbers", [](Tape&, Inputs x) { return exp(x[0]); }, scaled({{2, 3}}, 10)});
  all.push_back(
      {"exp of small numbers", [](Tape&, Inputs x) { return exp(x[0]); }, scaled({{2, 3}}, Real(1e-6))});
  all.push_back(
      {"square, near 0", [](Tape&, Inputs x) { return square(x[0]); }, scaled({{2, 3}}, Real(1e-4))});
  all.push_back({"cos of large numbers", [](Tape&, Inputs x) { return cos(x[0]); }, scaled({{2, 3}}, 100)});
  all.push_back({"softmax, peaked", [](Tape&, Inputs x) { return softmax(x[0], -1); }, scaled({{2, 4}}, 8)});
  all.push_back(
      {"logsumexp, one large", [](Tape&, Inputs x) { return logsumexp(x[0], -1); }, scaled({{2, 4}}, 8)});
  all.push_back(
      {"a small change of a large value", [](Tape&, Inputs x) { return sin(x[0]) + far; }, normal({{2, 3}})});
  all.push_back({"a sum of small and large terms",
                 [](Tape&, Inputs x) { return matmul(x[0], exp(Real{5} * x[1])); },
                 normal({{2, 3}, {3, 2}})});
  all.push_back({"fast oscillation", [](Tape&, Inputs x) { return sin(Real{1000} * x[0]) * x[1]; },
                 normal({{3}, {3}})});
  all.push_back(
      {"a narrow kink", [](Tape&, Inputs x) { return softplus(Real{50} * x[0]); }, normal({{2, 3}})});
  all.push_back(
      {"Normal log_prob, narrow",
       [](Tape&, Inputs x) { return log_prob(Normal::from_log_scale(x[0], Real{3} * x[1] - 3), x[2]); },
       normal({{2, 3}, {3}, {2, 3}})});
  return all;
}

}  // namespace doxa
