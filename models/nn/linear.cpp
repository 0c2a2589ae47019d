#include "doxa/models/nn/linear.h"

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
  return affine(parts, weight.on(tape), bias.on(tape), f);
}

void append_parameters(Parameters& to, Linear& layer) {
  to.push_back(&layer.weight);
  to.push_back(&layer.bias);
}

}  // namespace doxa
