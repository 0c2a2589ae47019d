#include "doxa/models/nn/mlp.h"

#include <cmath>
#include <stdexcept>

namespace doxa {
namespace {

Tensor initial_weight(Index in, Index out, Philox& random, Real gain) {
  Tensor weight = normal_noise({in, out}, random);
  for (Real& w : weight.span()) w *= gain / std::sqrt(static_cast<Real>(in));
  return weight;
}

}  // namespace

Linear::Linear(const std::string& n, Index in, Index out, Philox& random, Real gain)
    : name(n),
      weight(n + "/weight", initial_weight(in, out, random, gain)),
      bias(n + "/bias", Tensor(Shape{out})) {}

Var Linear::operator()(std::span<const Var> parts, Activation f) {
  if (parts.empty()) throw std::invalid_argument(name + ": expected at least one input");
  Tape& tape = parts[0].tape();
  const Scope scope(tape, name);
  const Var w = weight.on(tape), b = bias.on(tape);
  return affine(parts, w, b, f);
}

Mlp::Mlp(const std::string& name, const std::vector<Index>& widths, Philox& random, Real last_gain) {
  if (widths.size() < 2) throw std::invalid_argument("Mlp: expected at least an input and an output width");
  for (std::size_t i = 0; i + 1 < widths.size(); ++i)
    layers.emplace_back(name + "/layer" + std::to_string(i + 1), widths[i], widths[i + 1], random,
                        i + 2 == widths.size() ? last_gain : Real{1});
}

Var Mlp::operator()(std::span<const Var> parts) {
  if (layers.size() == 1) return layers[0](parts);
  Var x = layers[0](parts, Activation::tanh);
  for (std::size_t i = 1; i + 1 < layers.size(); ++i) x = layers[i](x, Activation::tanh);
  return layers.back()(x);
}

void append_parameters(Parameters& to, Linear& layer) {
  to.push_back(&layer.weight);
  to.push_back(&layer.bias);
}

void append_parameters(Parameters& to, Mlp& mlp) {
  for (Linear& layer : mlp.layers) append_parameters(to, layer);
}

}  // namespace doxa
