#pragma once

#include <string>

#include "doxa/autograd/ops.h"
#include "doxa/autograd/random.h"
#include "doxa/models/nn/parameter.h"

namespace doxa::benchmarks {

/// Two stacked long short-term memories (Hochreiter & Schmidhuber, Neural Computation 9(8), 1997; forget gate
/// of Gers et al., 2000) whose weights are diagonal, so that a step is nothing but short element-wise ops:
///   i, f, o = σ(w x + u h + b),  g = tanh(w x + u h + b),  c ← f c + i g,  h ← o tanh(c)
/// with vectors w, u, b [width] for each gate. One sequence x_1 … x_T of noise goes in, and
///   loss = 1/T Σ_t mean(h_t²)   of the last layer.
struct DiagonalLstm {
  struct Sizes {
    Index width, T;
  } size;

  struct Gate {
    Parameter w, u, b;
    Gate(const std::string& name, Index width, Philox& random)
        : w(name + "/w", normal_noise({width}, random)),
          u(name + "/u", normal_noise({width}, random)),
          b(name + "/b", Tensor(Shape{width})) {}
    Var operator()(Var x, Var h) {
      Tape& tape = x.tape();
      const Var offset = b.on(tape), of_h = u.on(tape) * h;
      return w.on(tape) * x + of_h + offset;
    }
  };
  struct Layer {
    Gate input, forget, output, candidate;
    Layer(const std::string& name, Index width, Philox& random)
        : input(name + "/input", width, random),
          forget(name + "/forget", width, random),
          output(name + "/output", width, random),
          candidate(name + "/candidate", width, random) {}
    /// Steps c and h on; returns the new h.
    Var operator()(Var x, Var& c, Var& h) {
      const Var i = sigmoid(input(x, h)), f = sigmoid(forget(x, h)), o = sigmoid(output(x, h));
      const Var g = tanh(candidate(x, h));
      const Var written = i * g;
      c = f * c + written;
      h = o * tanh(c);
      return h;
    }
  };

  Philox random{1};
  Layer lower{"lower", size.width, random}, upper{"upper", size.width, random};
  Tensor data = normal_noise({size.T, size.width}, random);

  Index batch() const { return 1; }

  Var loss(Tape& tape, Index, Index, Philox&) {
    const auto width = static_cast<std::size_t>(size.width);
    const Var zero = tape.constant({size.width}, Real{0});
    Var c1 = zero, h1 = zero, c2 = zero, h2 = zero, total = tape.constant(Real{0});
    for (std::size_t t = 0; t < static_cast<std::size_t>(size.T); ++t) {
      const Var x = tape.constant({size.width}, data.span().subspan(t * width, width));
      total = total + mean(square(upper(lower(x, c1, h1), c2, h2)));
    }
    return total / static_cast<Real>(size.T);
  }
};

inline void append_parameters(Parameters& to, DiagonalLstm& m) {
  for (DiagonalLstm::Layer* layer : {&m.lower, &m.upper})
    for (DiagonalLstm::Gate* gate : {&layer->input, &layer->forget, &layer->output, &layer->candidate})
      for (Parameter* p : {&gate->w, &gate->u, &gate->b}) to.push_back(p);
}

}  // namespace doxa::benchmarks
