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

using Draw = std::function<std::vector<Tensor>(Philox&)>;

struct Subjects {
  std::vector<Subject> all = {};

  void add(const std::string& name, Draw draw, const FunctionOfInputs& f) {
    all.push_back({name, f, std::move(draw)});
  }
  void add(const std::string& name, Draw draw, const FunctionOfInputs& f, const FunctionOfInputs& stopped) {
    all.push_back({name, f, std::move(draw), {stopped}});
  }
};

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

void add_elementwise(Subjects& to) {
  const Shape matrix{2, 3}, row{3}, column{2, 1};
  to.add("exp", normal({matrix}), [](Var x) { return exp(x); });
  to.add("log", positive({matrix}), [](Var x) { return log(x); });
  to.add("tanh", normal({matrix}), [](Var x) { return tanh(x); });
  to.add("softplus", normal({matrix}), [](Var x) { return softplus(x); });
  to.add(
      "silu", normal({matrix}), [](Var x) { return silu(x); },
      [](Var x) { return x * stop_gradient(sigmoid(x)); });
  to.add("multiply", normal({matrix, row}), [](Var x, Var y) { return x * y; });
  to.add("divide", positive({column, {1, 3}}), [](Var x, Var y) { return x / y; });
  to.add("where", normal({matrix, row}), [](Var x, Var y) {
    static const Tensor condition(Shape{2, 3}, {1, 0, 1, 0, 0, 1});
    return where(condition, x, y);
  });
  to.add("maximum",
         smooth({matrix, column},
                [](const std::vector<Tensor>& x) {
                  Real gap = 1;
                  for (Index i = 0; i < 6; ++i) gap = std::min(gap, std::abs(x[0][i] - x[1][i / 3]));
                  return gap;
                }),
         [](Var x, Var y) { return maximum(x, y); });
}

void add_reductions(Subjects& to) {
  const Shape matrix{2, 4}, box{2, 3, 2};
  to.add("sum", normal({box}), [](Var x) { return sum(x, 1); });
  to.add("mean", normal({box}), [](Var x) { return mean(x, {0, 2}); });
  to.add("variance", normal({matrix}), [](Var x) { return variance(x, -1); });
  to.add("max",
         smooth({matrix},
                [](const std::vector<Tensor>& x) {
                  Real gap = 1;
                  for (Index j = 0; j < 4; ++j) gap = std::min(gap, std::abs(x[0](0, j) - x[0](1, j)));
                  return gap;
                }),
         [](Var x) { return max(x, 0); });
  to.add("logsumexp", normal({matrix}), [](Var x) { return logsumexp(x, -1); });
  to.add(
      "softmax", normal({matrix}), [](Var x) { return softmax(x, -1); },
      [](Var x) { return exp(x - stop_gradient(logsumexp(x, -1, true))); });
  to.add(
      "log_softmax", normal({matrix}), [](Var x) { return log_softmax(x, -1); },
      [](Var x) { return x - stop_gradient(logsumexp(x, -1, true)); });
}

void add_products(Subjects& to) {
  to.add("matmul", normal({{2, 3}, {3, 2}}), [](Var x, Var y) { return matmul(x, y); });
  to.add("matmul, stacks", normal({{2, 1, 2, 2}, {2, 2, 1}}), [](Var x, Var y) { return matmul(x, y); });
  to.add("affine, tanh", normal({{2, 3}, {3, 2}, {2}}),
         [](Inputs x) { return affine(x[0], x[1], x[2], Activation::tanh); });
  to.add(
      "attention", normal({{2, 2}, {3, 2}, {3, 2}}),
      [](Inputs x) { return matmul(softmax(matmul(x[0], transpose(x[1])), -1), x[2]); },
      [](Inputs x) { return matmul(stop_gradient(softmax(matmul(x[0], transpose(x[1])), -1)), x[2]); });
  to.add("dot", normal({{3}, {3}}), [](Var x, Var y) { return dot(x, y); });
  to.add(
      "cholesky", [](Philox& random) { return std::vector{positive_definite(3, random)}; },
      [](Var x) { return cholesky(x); });
  to.add(
      "solve_triangular",
      [](Philox& random) {
        std::vector<Tensor> inputs{normal_noise({3, 3}, random), normal_noise({3, 2}, random)};
        for (Index i = 0; i < 3; ++i) inputs[0](i, i) = 1 + std::abs(inputs[0](i, i));
        return inputs;
      },
      [](Var x, Var y) { return solve_triangular(x, y); });
}

void add_shapes(Subjects& to) {
  to.add("transpose", normal({{2, 3}}), [](Var x) { return transpose(x); });
  to.add("permute", normal({{2, 3, 2}}), [](Var x) { return permute(x, {2, 0, 1}); });
  to.add("concat", normal({{2, 2}, {2, 3}}), [](Var x, Var y) { return concat({x, y}, 1); });
  to.add("slice", normal({{3, 4}}), [](Var x) { return slice(x, 1, 1, 3); });
  to.add("take", normal({{3, 2}}), [](Var x) {
    const std::array<Index, 4> rows{2, 0, 2, 1};
    return take(x, rows);
  });
  to.add("gather", normal({{4, 3}}), [](Var x) {
    const std::array<Index, 4> columns{2, 0, 1, 2};
    return gather(x, columns);
  });
}

void add_models(Subjects& to) {
  const auto q = [](Inputs x) { return Normal::from_log_scale(x[0], x[1]); };
  to.add(
      "Normal log_prob", normal({{2, 3}, {3}, {2, 3}}), [q](Inputs x) { return log_prob(q(x), x[2]); },
      [](Inputs x) {
        const Var added = stop_gradient(x[1]);
        return log_prob(Normal::from_log_scale(x[0], stop_gradient(x[1])), x[2]) - x[1] + added;
      });
  to.add("Normal KL", normal({{2, 2}, {2}, {2, 2}, {2}}), [q](Inputs x) {
    const Normal p = q(x.subspan(2));
    return kl_divergence(q(x), p);
  });
  to.add("Categorical log_prob", normal({{3, 4}}), [](Var x) {
    const std::array<Index, 3> values{2, 0, 2};
    return log_prob(Categorical(x), values);
  });
  // log N(x | 0, A) up to a constant, of the lower triangle of A.
  to.add(
      "Gaussian log-density",
      [](Philox& random) {
        return std::vector{positive_definite(3, random), normal_noise({3, 1}, random)};
      },
      [](Var x, Var y) {
        const Var l = cholesky(x), log_volume = log_det_from_cholesky(l) * Real(0.5);
        return sum(square(solve_triangular(l, y))) * Real(-0.5) - log_volume;
      });
  Philox random(4);
  const auto cell = std::make_shared<GruCell>("gru", 2, 3, random);
  to.add("GRU", normal({{2, 2}, {2, 3}}), [cell](Var x, Var y) { return (*cell)(x, y); });
}

}  // namespace

std::vector<Subject> mutation_subjects() {
  Subjects to;
  for (auto* part : {add_elementwise, add_reductions, add_products, add_shapes, add_models}) part(to);
  return to.all;
}

std::vector<Subject> wide_range_subjects() {
  constexpr Real far = sizeof(Real) == 8 ? Real(1e6) : Real(100);
  Subjects to;
  to.add("tanh, saturated", scaled({{2, 3}}, 4), [](Var x) { return tanh(x); });
  to.add("exp of large numbers", scaled({{2, 3}}, 10), [](Var x) { return exp(x); });
  to.add("exp of small numbers", scaled({{2, 3}}, Real(1e-6)), [](Var x) { return exp(x); });
  to.add("square, near 0", scaled({{2, 3}}, Real(1e-4)), [](Var x) { return square(x); });
  to.add("cos of large numbers", scaled({{2, 3}}, 100), [](Var x) { return cos(x); });
  to.add("softmax, peaked", scaled({{2, 4}}, 8), [](Var x) { return softmax(x, -1); });
  to.add("logsumexp, one large", scaled({{2, 4}}, 8), [](Var x) { return logsumexp(x, -1); });
  to.add("a small change of a large value", normal({{2, 3}}), [](Var x) { return sin(x) + far; });
  to.add("a sum of small and large terms", normal({{2, 3}, {3, 2}}),
         [](Var x, Var y) { return matmul(x, exp(Real{5} * y)); });
  to.add("fast oscillation", normal({{3}, {3}}), [](Var x, Var y) { return sin(Real{1000} * x) * y; });
  to.add("a narrow kink", normal({{2, 3}}), [](Var x) { return softplus(Real{50} * x); });
  to.add("Normal log_prob, narrow", normal({{2, 3}, {3}, {2, 3}}),
         [](Inputs x) { return log_prob(Normal::from_log_scale(x[0], Real{3} * x[1] - 3), x[2]); });
  return to.all;
}

}  // namespace doxa
