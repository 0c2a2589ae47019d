// Ordinary networks and their losses as functions of all parameters: He et al., arXiv 1502.01852 (weights);
// Clevert et al., 1511.07289 (elu); Hendrycks & Gimpel, 1606.08415 (gelu); Vaswani et al., 1706.03762; Ba et
// al., 1607.06450; Hochreiter & Schmidhuber 1997. What is hard: many entries far below the loss, and kinks of
// relu within a step.

#include "networks.h"

#include <array>
#include <cmath>
#include <numbers>

#include "doxa/autograd/ops.h"

namespace doxa::trouble {

Tensor network_points(Index n, Index d) {
  Philox random(17);
  return normal_noise({n, d}, random);
}

std::vector<Index> network_labels(Index n, Index classes) {
  Philox random(18);
  std::vector<Index> labels;
  for (Index i = 0; i < n; ++i) labels.push_back(random.uniform_index(classes));
  return labels;
}

namespace {

using Layers = std::vector<Index>;
using Function = Var (*)(Var);

// Weights of variance gain/inputs and biases of deviation 0.1, in the order W_1, b_1, W_2, …
Draw parameters(Layers sizes, double gain) {
  return [sizes = std::move(sizes), gain](Philox& random) {
    std::vector<Tensor> all;
    for (std::size_t l = 1; l < sizes.size(); ++l) {
      Tensor weight = normal_noise({sizes[l - 1], sizes[l]}, random), bias = normal_noise({sizes[l]}, random);
      for (Real& w : weight.span())
        w *= static_cast<Real>(std::sqrt(gain / static_cast<double>(sizes[l - 1])));
      for (Real& b : bias.span()) b /= 10;
      all.push_back(weight);
      all.push_back(bias);
    }
    return all;
  };
}

// The last layer's output for n points.
Var perceptron(Tape& tape, Inputs x, Index n, Function activation) {
  Var h = tape.constant(network_points(n, x[0].shape()[0]));
  for (std::size_t l = 0; l < x.size(); l += 2) {
    h = affine(h, x[l], x[l + 1]);
    if (l + 2 < x.size()) h = activation(h);
  }
  return h;
}

Var cube_of_relu(Var x) {
  const Var r = relu(x);
  return r * r * r;
}
Var gelu(Var x) { return x * (erf(x * static_cast<Real>(std::numbers::sqrt2 / 2)) + 1) / 2; }

Var mean_square(Var y) { return mean(square(y - 1)); }
Var cross_entropy(Var logits) {
  return -mean(gather(log_softmax(logits, -1), network_labels(logits.shape()[0], logits.shape()[1])));
}
Var plain_sum(Var y) { return sum(y); }
Var plain_mean(Var y) { return mean(y); }

// One head: softmax(Q Kᵀ/√d) V W of 6 points.
Var attention(Tape& tape, Inputs w) {
  const Var x = tape.constant(network_points(6, w[0].shape()[0]));
  const Var q = matmul(x, w[0]), k = matmul(x, w[1]), v = matmul(x, w[2]);
  const Real scale = 1 / std::sqrt(static_cast<Real>(w[0].shape()[1]));
  return mean_square(matmul(matmul(softmax(matmul(q, transpose(k)) * scale, -1), v), w[3]));
}

// (x - mean) / √(variance + 1e-5) · gain + bias for each row.
Var layer_norm(Tape&, Inputs in) {
  const Var x = in[0] - mean(in[0], -1, true);
  return mean_square(x / sqrt(variance(in[0], -1, true) + static_cast<Real>(1e-5)) * in[1] + in[2]);
}

// 50 steps of a long short-term memory with 4 cells; inputs W [2,16], U [4,16], b [16].
Var long_short_term_memory(Tape& tape, Inputs w) {
  const Var points = tape.constant(network_points(50, 2));
  Var h = tape.constant(Shape{1, 4}, Real(0)), c = h;
  for (Index t = 0; t < 50; ++t) {
    const Var gates = matmul(slice(points, 0, t, t + 1), w[0]) + matmul(h, w[1]) + w[2];
    const auto part = [&](Index i) { return slice(gates, 1, 4 * i, 4 * i + 4); };
    c = sigmoid(part(0)) * c + sigmoid(part(1)) * tanh(part(2));
    h = sigmoid(part(3)) * tanh(c);
  }
  return mean_square(h);
}

Draw normals(std::vector<Shape> shapes, double deviation) {
  return [shapes = std::move(shapes), deviation](Philox& random) {
    std::vector<Tensor> all;
    for (const Shape& shape : shapes) {
      all.push_back(normal_noise(shape, random));
      for (Real& x : all.back().span()) x *= static_cast<Real>(deviation);
    }
    return all;
  };
}

}  // namespace

void add_networks(std::vector<Trouble>& to) {
  const std::string family = "networks";
  const auto add = [&](const char* name, const char* why, Layers sizes, double gain, Index n,
                       Function activation, Function loss) {
    to.push_back({family, name, Kind::resolvable, why, parameters(std::move(sizes), gain),
                  [=](Tape& tape, Inputs x) { return loss(perceptron(tape, x, n, activation)); }});
  };
  const char* kinks = "kinks of relu within a step";
  add("elu 5-8-1, mean square", "the second derivative jumps", {5, 8, 1}, 2, 256, elu, mean_square);
  add("elu 8-16-4, cross entropy", "the second derivative jumps", {8, 16, 4}, 2, 128, elu, cross_entropy);
  add("relu³ 4-16-1, mean", "the third derivative jumps", {4, 16, 1}, 2, 128, cube_of_relu, plain_mean);
  add("relu 10-12-12-1, sum", kinks, {10, 12, 12, 1}, 2, 64, relu, plain_sum);
  add("relu 20-40-10, cross entropy", kinks, {20, 40, 10}, 2, 32, relu, cross_entropy);
  add("relu 40-40-40-10, cross entropy", kinks, {40, 40, 40, 10}, 2, 32, relu, cross_entropy);
  add("gelu 16-32-32-1, mean square", "1600 entries", {16, 32, 32, 1}, 2, 64, gelu, mean_square);
  add("softplus 10-32-1, sum", "all entries at once", {10, 32, 1}, 1, 64, softplus, plain_sum);
  add("tanh 6-10-10-2, mean square", "saturated units", {6, 10, 10, 2}, 4, 64, tanh, mean_square);
  add("tanh 32-128-128-10, cross entropy", "22,000 entries", {32, 128, 128, 10}, 1, 64, tanh, cross_entropy);
  add("relu 100-256-256-10, cross entropy", "94,000 entries", {100, 256, 256, 10}, 2, 32, relu,
      cross_entropy);
  add("relu 8-16-4 with large weights, cross entropy", "most points are classified for sure", {8, 16, 4}, 50,
      64, relu, cross_entropy);
  to.push_back({family, "attention", Kind::resolvable, "products of four matrices",
                normals({{8, 4}, {8, 4}, {8, 4}, {4, 2}}, 0.5), attention});
  to.push_back({family,
                "layer norm, deviation 1e-2",
                Kind::resolvable,
                "the derivative is 100 times the input's",
                [draw = normals({{4, 8}, {8}, {8}}, 1)](Philox& random) {
                  std::vector<Tensor> in = draw(random);
                  for (Real& x : in[0].span()) x = 1 + x / 100;
                  return in;
                },
                layer_norm,
                {},
                true});
  to.push_back({family, "recurrence of 50 steps", Kind::resolvable, "what came first is nearly forgotten",
                normals({{2, 16}, {4, 16}, {16}}, 0.5), long_short_term_memory});
}

}  // namespace doxa::trouble
