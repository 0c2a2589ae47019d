#include "training_steps.h"

#include "doxa/distributions/categorical.h"
#include "doxa/distributions/normal.h"
#include "doxa/models/episodes.h"
#include "doxa/models/nn/adam.h"
#include "doxa/models/nn/gru.h"
#include "doxa/models/nn/mlp.h"

namespace doxa {
namespace {

DiagonalNormal normal_from(Var outputs) {
  const Index latent = outputs.shape()[1] / 2;
  return DiagonalNormal::from_log_scale(slice(outputs, 1, 0, latent), slice(outputs, 1, latent, 2 * latent));
}

DiagonalNormal standard_normal(Tape& tape, Index latent) {
  return DiagonalNormal::from_log_scale(tape.constant({latent}, Real{0}), tape.constant({latent}, Real{0}));
}

std::vector<Index> random_indices(Index n, Index below, Philox& random) {
  std::vector<Index> all(static_cast<std::size_t>(n));
  for (Index& i : all) i = random.uniform_index(below);
  return all;
}

/// Loss = mean over B of KL(q ‖ N(0,1)) - log N(x | decoder(z), 1).
struct Vae {
  struct Sizes {
    Index B, D, H, L;
  } size;
  Philox random{1};
  Mlp encoder{"encoder", {size.D, size.H, size.H, 2 * size.L}, random};
  Mlp decoder{"decoder", {size.L, size.H, size.H, size.D}, random};
  Tensor data = normal_noise({size.B, size.D}, random);

  Var loss(Tape& tape) {
    const Var x = tape.constant(data);
    const DiagonalNormal q = normal_from(encoder(x));
    const Var z = rsample(q, normal_noise(tape, {size.B, size.L}, random));
    const DiagonalNormal p_x = DiagonalNormal::from_log_scale(decoder(z), tape.constant(Real{0}));
    return sum(kl_divergence(q, standard_normal(tape, size.L)) - log_prob(p_x, x)) /
           static_cast<Real>(size.B);
  }
};

void append_parameters(Parameters& to, Vae& m) {
  append_parameters(to, m.encoder);
  append_parameters(to, m.decoder);
}

/// Loss = mean over B of Σ_k KL(q(s_k | s_{k-1}, a, o) ‖ p(s_k | s_{k-1}, a)) - log p(o_k | s_k).
struct Filter {
  struct Sizes {
    Index B, T, A, O, H, L;
  } size;
  Philox random{1};
  Mlp posterior{"posterior", {size.L + size.A + size.O, size.H, 2 * size.L}, random};
  Mlp transition{"transition", {size.L + size.A, size.H, 2 * size.L}, random};
  Mlp emission{"emission", {size.L, size.H, size.O}, random};
  Episodes data{size.B, size.T, random_indices(size.T* size.B, size.A, random),
                random_indices(size.T* size.B, size.O, random)};

  Var loss(Tape& tape) {
    Var s = tape.constant({size.B, size.L}, Real{0}), total = tape.constant({size.B}, Real{0});
    for (Index k = 1; k <= size.T; ++k) {
      const Var a = one_hot(tape, data.actions_at(k), size.A),
                o = one_hot(tape, data.observations_at(k), size.O);
      const Var sa = concat({s, a}, 1);
      const DiagonalNormal q = normal_from(posterior(concat({sa, o}, 1))), p = normal_from(transition(sa));
      s = rsample(q, normal_noise(tape, {size.B, size.L}, random));
      total = total + kl_divergence(q, p) - log_prob(Categorical(emission(s)), data.observations_at(k));
    }
    return mean(total);
  }
};

void append_parameters(Parameters& to, Filter& m) {
  append_parameters(to, m.posterior);
  append_parameters(to, m.transition);
  append_parameters(to, m.emission);
}

/// h_k = GRU([s_{k-1}, a_{k-1}], h_{k-1});  loss = mean over B of Σ_k KL(q(s_k | h_k, o_k) ‖ p(s_k | h_k)) -
/// log p(o_k | h_k, s_k).
struct Rssm {
  struct Sizes {
    Index B, T, A, O, H, L;
  } size;
  Philox random{1};
  GruCell gru{"gru", size.L + size.A, size.H, random};
  Mlp posterior{"posterior", {size.H + size.O, size.H, 2 * size.L}, random};
  Mlp prior{"prior", {size.H, size.H, 2 * size.L}, random};
  Mlp emission{"emission", {size.H + size.L, size.H, size.O}, random};
  Episodes data{size.B, size.T, random_indices(size.T* size.B, size.A, random),
                random_indices(size.T* size.B, size.O, random)};

  Var loss(Tape& tape) {
    Var s = tape.constant({size.B, size.L}, Real{0}), h = tape.constant({size.B, size.H}, Real{0});
    Var total = tape.constant({size.B}, Real{0});
    for (Index k = 1; k <= size.T; ++k) {
      const Var a = one_hot(tape, data.actions_at(k), size.A),
                o = one_hot(tape, data.observations_at(k), size.O);
      h = gru(concat({s, a}, 1), h);
      const DiagonalNormal p = normal_from(prior(h)), q = normal_from(posterior(concat({h, o}, 1)));
      s = rsample(q, normal_noise(tape, {size.B, size.L}, random));
      total = total + kl_divergence(q, p) -
              log_prob(Categorical(emission(concat({h, s}, 1))), data.observations_at(k));
    }
    return mean(total);
  }
};

void append_parameters(Parameters& to, Rssm& m) {
  append_parameters(to, m.gru);
  append_parameters(to, m.posterior);
  append_parameters(to, m.prior);
  append_parameters(to, m.emission);
}

template <class Model>
Benchmark benchmark(const char* name, typename Model::Sizes sizes) {
  return {name, [sizes] {
            struct State {
              Model model;
              Parameters parameters = doxa::parameters(model);
              Adam adam{.rate = 1e-3};
              Tape tape;
              explicit State(typename Model::Sizes s) : model{s} {}
            };
            auto state = std::make_shared<State>(sizes);
            return TrainingStep{[s = state.get()] {
                                  s->tape.clear();
                                  s->tape.backward(s->model.loss(s->tape));
                                  s->adam.step(s->parameters);
                                },
                                [s = state.get()]() -> const Tape& { return s->tape; }, state};
          }};
}

}  // namespace

std::vector<Benchmark> benchmarks() {
  return {
      benchmark<Vae>("vae-small", {.B = 64, .D = 2, .H = 32, .L = 2}),
      benchmark<Vae>("vae-medium", {.B = 128, .D = 64, .H = 128, .L = 8}),
      benchmark<Vae>("vae-large", {.B = 256, .D = 784, .H = 512, .L = 32}),
      benchmark<Filter>("filter-small", {.B = 16, .T = 16, .A = 3, .O = 2, .H = 32, .L = 4}),
      benchmark<Filter>("filter-medium", {.B = 32, .T = 32, .A = 3, .O = 6, .H = 64, .L = 8}),
      benchmark<Filter>("filter-large", {.B = 64, .T = 64, .A = 5, .O = 20, .H = 256, .L = 32}),
      benchmark<Rssm>("rssm-medium", {.B = 32, .T = 32, .A = 3, .O = 6, .H = 64, .L = 8}),
      benchmark<Rssm>("rssm-large", {.B = 50, .T = 50, .A = 5, .O = 20, .H = 200, .L = 30}),
  };
}

}  // namespace doxa
