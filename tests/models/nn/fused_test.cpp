// A fused op is the composition that it stands for: the same values and gradients to rounding, for every set
// of kernels.

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "doxa/distributions/normal.h"
#include "doxa/models/nn/gru.h"
#include "doxa/models/nn/kernels/nn_kernels.h"
#include "doxa/models/nn/lstm.h"
#include "tests/support/numbers.h"
#include "tests/support/page.h"

namespace doxa {
namespace {

using Function = std::function<Var(std::span<const Var>)>;

struct Result {
  Numbers value;
  std::vector<Numbers> gradients;
};

Result evaluate(const Function& f, std::span<const Tensor> inputs, const Kernels& kernels) {
  Tape tape(kernels);
  std::vector<Var> x;
  for (const Tensor& input : inputs) x.push_back(tape.variable(input));
  const Var y = f(x);
  Philox random(9);
  tape.backward(y, normal_noise(y.shape(), random));
  Result r{value(y), {}};
  for (const Var& x_i : x) r.gradients.push_back(adjoint(x_i));
  return r;
}

// Both sides add at most `terms` products of numbers of the size of the largest one.
void expect_same(const Numbers& a, const Numbers& b, double terms, const std::string& where) {
  ASSERT_EQ(a.size(), b.size());
  double scale = 1;
  for (const Real v : a) scale = std::max(scale, std::abs(static_cast<double>(v)));
  for (std::size_t i = 0; i < a.size(); ++i)
    EXPECT_NEAR(a[i], b[i], 4 * terms * unit_roundoff * scale) << where << " [" << i << ']';
}

void expect_same(const Function& fused, const Function& composite, const std::vector<Shape>& shapes,
                 double terms) {
  Philox random(1);
  std::vector<Tensor> inputs;
  for (const Shape& shape : shapes) inputs.push_back(normal_noise(shape, random));
  for (const Kernels* set : available_kernels()) {
    const Result a = evaluate(fused, inputs, *set), b = evaluate(composite, inputs, *set);
    expect_same(a.value, b.value, terms, std::string(set->name) + " value");
    for (std::size_t i = 0; i < shapes.size(); ++i)
      expect_same(a.gradients[i], b.gradients[i], terms,
                  std::string(set->name) + " gradient " + std::to_string(i));
  }
}

TEST(FusedOps, AffineIsAMatrixProductASumAndAnActivation) {
  const std::initializer_list<std::array<Index, 3>> sizes = {
      {1, 1, 1}, {3, 4, 5}, {9, 17, 26}, {16, 3, 8}, {0, 2, 3}};
  for (const auto [m, k, n] : sizes) {
    const std::vector<Shape> shapes{{m, k}, {k, n}, {n}};
    const double terms = static_cast<double>(2 * (k + m + n) + 8);
    const auto z = [](std::span<const Var> x) { return matmul(x[0], x[1]) + x[2]; };
    expect_same([](std::span<const Var> x) { return affine(x[0], x[1], x[2]); }, z, shapes, terms);
    expect_same([](std::span<const Var> x) { return affine(x[0], x[1], x[2], Activation::tanh); },
                [z](std::span<const Var> x) { return tanh(z(x)); }, shapes, terms);
    expect_same([](std::span<const Var> x) { return affine(x[0], x[1], x[2], Activation::sigmoid); },
                [z](std::span<const Var> x) { return sigmoid(z(x)); }, shapes, terms);
  }
}

TEST(FusedOps, AffineOfPartsIsThatOfTheirConcatenation) {
  for (const Index empty : {0, 2})
    expect_same([](std::span<const Var> x) { return affine(x.first(3), x[3], x[4], Activation::tanh); },
                [](std::span<const Var> x) { return tanh(matmul(concat(x.first(3), 1), x[3]) + x[4]); },
                {{5, 3}, {5, empty}, {5, 1}, {4 + empty, 6}, {6}}, 64);
}

// The equations of gru.h, one op at a time.
Var gru_by_ops(GruCell& cell, Var x, Var h) {
  Tape& tape = x.tape();
  const Index w = cell.width;
  const Var xs = matmul(x, cell.input.weight.on(tape)) + cell.input.bias.on(tape);
  const Var hs = matmul(h, cell.hidden.weight.on(tape)) + cell.hidden.bias.on(tape);
  const auto third = [w](Var all, Index i) { return slice(all, 1, i * w, (i + 1) * w); };
  const Var r = sigmoid(third(xs, 0) + third(hs, 0));
  const Var update = sigmoid(third(xs, 1) + third(hs, 1));
  const Var n = tanh(third(xs, 2) + r * third(hs, 2));
  return (Real{1} - update) * n + update * h;
}

// The equations of lstm.h, one op at a time.
LstmState lstm_by_ops(LstmCell& cell, Var x, const LstmState& s) {
  Tape& tape = x.tape();
  const Var xs = matmul(x, cell.input.weight.on(tape)) + cell.input.bias.on(tape);
  const Var hs = matmul(s.h, cell.hidden.weight.on(tape)) + cell.hidden.bias.on(tape);
  const auto [i, f, g, o] = split<4>(xs + hs, 1);
  const Var kept = sigmoid(f) * s.c, written = sigmoid(i) * tanh(g);
  const Var c = kept + written;
  return {sigmoid(o) * tanh(c), c};
}

// Steps of a cell of input x[0] [3,4] from the states x[1] and x[2] [3,width]: values, and gradients by all
// of these and by the parameters.
void expect_cell(auto& cell, Index width, const Function& fused_steps, const Function& steps_by_ops) {
  for (Parameter* p : parameters(cell))
    for (Real& v : p->value.span()) v += Real(0.1);  // biases too
  const auto run = [&](bool fused) { return fused ? fused_steps : steps_by_ops; };
  expect_same(run(true), run(false), {{3, 4}, {3, width}, {3, width}}, static_cast<double>(20 * (width + 4)));
  std::vector<Numbers> of_fused;
  for (const bool fused : {true, false}) {
    Tape tape;
    const std::vector<Var> x{normal_variable(tape, {3, 4}, 5), normal_variable(tape, {3, width}, 6),
                             normal_variable(tape, {3, width}, 7)};
    tape.backward(sum(square(run(fused)(x))));
    std::size_t i = 0;
    for (const Parameter* p : parameters(cell)) {
      if (fused)
        of_fused.push_back(numbers(p->gradient));
      else
        expect_same(of_fused[i], numbers(p->gradient), static_cast<double>(40 * (width + 4)), p->name);
      ++i;
    }
  }
}

TEST(FusedOps, TheGruCellIsItsEquations) {
  for (const Index width : {1, 5, 16}) {
    Philox random(3);
    GruCell cell("gru", 4, width, random);
    const auto run = [&cell](auto step) {
      return [&cell, step](std::span<const Var> x) {
        Var h = x[1] + Real{0} * x[2];  // a GRU has one state
        for (int k = 0; k < 3; ++k) h = step(cell, x[0], h);
        return h;
      };
    };
    expect_cell(cell, width, run([](GruCell& c, Var x, Var h) { return c(x, h); }), run(gru_by_ops));
  }
}

TEST(FusedOps, TheLstmCellIsItsEquations) {
  for (const Index width : {1, 5, 16}) {
    Philox random(3);
    LstmCell cell("lstm", 4, width, random);
    const auto run = [&cell](auto step) {
      return [&cell, step](std::span<const Var> x) {
        LstmState s{x[1], x[2]};
        for (int k = 0; k < 3; ++k) s = step(cell, x[0], s);
        return concat({s.h, s.c}, 1);
      };
    };
    expect_cell(cell, width, run([](LstmCell& c, Var x, const LstmState& s) { return c(x, s); }),
                run(lstm_by_ops));
  }
}

Normal normal(Var loc, Var log_scale) { return Normal::from_log_scale(loc, log_scale); }

const std::vector<std::vector<Shape>> pairs = {{{3, 5}, {3, 5}, {3, 5}, {3, 5}},
                                               {{3, 5}, {5}, {}, {3, 1}},
                                               {{1}, {2, 1, 7}, {7}, {3, 1}},
                                               {{}, {}, {}, {}}};

TEST(FusedOps, TheNormalDensityIsItsFormula) {
  for (const std::vector<Shape>& s : pairs)
    expect_same([](std::span<const Var> x) { return log_prob(normal(x[0], x[1]), x[2]); },
                [](std::span<const Var> x) {
                  const Var z = (x[2] - x[0]) / exp(x[1]);
                  return Real{-0.5} * square(z) - x[1] -
                         static_cast<Real>(0.5 * std::log(2 * std::acos(-1.0)));
                },
                {s[0], s[1], s[2]}, 64);
}

TEST(FusedOps, TheNormalDivergenceIsItsFormula) {
  for (const std::vector<Shape>& s : pairs)
    expect_same([](std::span<const Var> x) { return kl_divergence(normal(x[0], x[1]), normal(x[2], x[3])); },
                [](std::span<const Var> x) {
                  const Var qs = exp(x[1]), ps = exp(x[3]);
                  return x[3] - x[1] + (square(qs) + square(x[0] - x[2])) / (Real{2} * square(ps)) -
                         Real(0.5);
                },
                s, 128);
}

TEST(FusedOps, TheNormalDrawIsItsFormula) {
  for (const std::vector<Shape>& s : pairs)
    expect_same([](std::span<const Var> x) { return normal(x[0], x[1]).from_noise(x[2]); },
                [](std::span<const Var> x) { return x[0] + exp(x[1]) * x[2]; }, {s[0], s[1], s[2]}, 32);
}

#ifdef DOXA_HAS_PAGES
TEST(NnKernels, TouchNothingOutsideTheirArrays) {
  for (const Kernels* set : available_kernels()) {
    const NnKernels& k = nn_kernels(set->set);
    const bool done = for_arrays_at_page_boundaries([&k](Index n, Real* x, Real* y, Real* g, Real* d) {
      k.adam(n, {Real(0.9), Real(0.9), Real(0.1), Real(0.1), 1, 1}, g, x, y, d);
      const Index w = n / 4;  // four gates of one row
      k.gru(1, w, x, y, g, d, g);
      k.gru_adjoint(1, w, d, g, g, x, y, g);
      const Index v = n / 5;
      k.lstm(1, v, x, y, y, g, d, g, g);
      k.lstm_adjoint(1, v, d, g, g, g, x, g);
    });
    if (!done) GTEST_SKIP() << "no memory protection";
  }
}
#endif

}  // namespace
}  // namespace doxa
