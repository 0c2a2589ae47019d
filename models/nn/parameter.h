#pragma once

#include <string>
#include <vector>

#include "doxa/autograd/tape.h"

namespace doxa {

/// A named tensor to be learned, and the tensor into which Tape::backward puts ∂loss/∂value.
struct Parameter {
  std::string name;
  Tensor value;
  Tensor gradient;

  Parameter(std::string n, Tensor v) : name(std::move(n)), value(std::move(v)), gradient(value.shape()) {}
  Var on(Tape& tape) { return tape.leaf(value, gradient); }
};

/// The parameters of a model in a fixed order. Each layer and each model has a function that lists its own:
///   void append_parameters(Parameters& to, Layer& layer);
using Parameters = std::vector<Parameter*>;

template <class Model>
Parameters parameters(Model& model) {
  Parameters all;
  append_parameters(all, model);
  return all;
}

/// How many numbers they hold.
inline Index count(const Parameters& parameters) {
  Index n = 0;
  for (const Parameter* p : parameters) n += p->value.size();
  return n;
}

}  // namespace doxa
