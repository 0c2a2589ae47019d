#pragma once

#include <array>
#include <vector>

#include "doxa/autograd/ops.h"
#include "doxa/autograd/random.h"
#include "doxa/models/nn/parameter.h"

namespace doxa::benchmarks {

/// The objective LSTM of ADBench (Šrajer, Kukelova & Fitzgibbon, Optimization Methods and Software 33, 2018):
/// layers of memories whose weights are vectors, on a sequence x_1 … x_c of vectors [width]. From a layer's
/// input u and its state (h, c):
///   f = σ(w_f u + b_f),  i = σ(w_i h + b_i),  o = σ(w_o u + b_o),  g = tanh(w_g h + b_g),
///   c ← f c + i g,  h ← o tanh c
/// The first layer's input is a x_t, and from the last one's output y = b h + d. The loss is
///   -1/((c - 1) width) Σ_t Σ_j x_{t+1,j} (y_j - log(2 + Σ_k e^y_k)).
struct ElementwiseLstm {
  struct Sizes {
    Index layers, length, width;
  } size;

  Philox random{1};
  Parameter weights{"weights", normal_noise({size.layers, 4, size.width}, random)};
  Parameter biases{"biases", normal_noise({size.layers, 4, size.width}, random)};
  Parameter ends{"ends", normal_noise({3, size.width}, random)};  // a, b and d
  Tensor states = normal_noise({size.layers, 2, size.width}, random);
  Tensor data = normal_noise({size.length, size.width}, random);

  Index batch() const { return 1; }

  Var loss(Tape& tape, Index, Index, Philox&) {
    const Shape vector{size.width};
    const auto row = [&](Var all, Index i) { return tape.view("row", all, vector, i * size.width); };
    struct Layer {
      std::array<Var, 4> w, b;  // of f, i, o and g
      Var h, c;
    };
    const Var all_weights = weights.on(tape), all_biases = biases.on(tape), of_ends = ends.on(tape);
    const Var first = tape.constant(states), sequence = tape.constant(data);
    std::vector<Layer> layers(static_cast<std::size_t>(size.layers));
    for (std::size_t l = 0; l < layers.size(); ++l) {
      const auto at = static_cast<Index>(l);
      for (std::size_t k = 0; k < 4; ++k) {
        layers[l].w[k] = row(all_weights, 4 * at + static_cast<Index>(k));
        layers[l].b[k] = row(all_biases, 4 * at + static_cast<Index>(k));
      }
      layers[l].h = row(first, 2 * at);
      layers[l].c = row(first, 2 * at + 1);
    }
    const Var a = row(of_ends, 0), b = row(of_ends, 1), d = row(of_ends, 2);
    Var total = tape.constant(0);
    for (Index t = 0; t + 1 < size.length; ++t) {
      Var x = a * row(sequence, t);
      for (Layer& l : layers) {
        const Var f = sigmoid(multiply_add(x, l.w[0], l.b[0])),
                  i = sigmoid(multiply_add(l.h, l.w[1], l.b[1]));
        const Var o = sigmoid(multiply_add(x, l.w[2], l.b[2])), g = tanh(multiply_add(l.h, l.w[3], l.b[3]));
        const Var written = i * g;
        l.c = multiply_add(f, l.c, written);
        x = l.h = o * tanh(l.c);
      }
      const Var y = multiply_add(x, b, d);
      total = total + dot(row(sequence, t + 1), y - log(sum(exp(y)) + Real{2}));
    }
    return total * (Real{-1} / static_cast<Real>((size.length - 1) * size.width));
  }
};

inline void append_parameters(Parameters& to, ElementwiseLstm& m) {
  for (Parameter* p : {&m.weights, &m.biases, &m.ends}) to.push_back(p);
}

}  // namespace doxa::benchmarks
