// Layers and models, with respect to all their parameters and to what they are given.

#include "doxa/models/beliefs/filtering_posterior.h"
#include "doxa/models/nn/gru.h"
#include "doxa/models/nn/lstm.h"
#include "doxa/models/nn/mlp.h"
#include "doxa/models/vae/linear_vae.h"
#include "doxa/models/vae/vae.h"
#include "model_case.h"

namespace doxa {
namespace {

// What a distribution consists of.
Var parts(const DiagonalNormal& q) { return stack({q.element.loc, q.element.log_scale}, 0); }

void add_layers(Cases& cases) {
  const auto linear = [](Philox& random) { return Linear("linear", 4, 3, random); };
  add_model_case(cases, "layer/Linear", linear, {{5, 4}},
                 [](Linear& layer, Inputs x) { return layer(x[0]); });
  add_model_case(cases, "layer/Linear, of parts", linear, {{5, 1}, {5, 3}},
                 [](Linear& layer, Inputs x) { return layer(x, Activation::sigmoid); });
  const auto mlp = [](Philox& random) { return Mlp("mlp", {3, 5, 4, 2}, random); };
  add_model_case(cases, "layer/Mlp", mlp, {{5, 3}}, [](Mlp& layers, Inputs x) { return layers(x[0]); });
  add_model_case(cases, "layer/Mlp, of parts", mlp, {{5, 2}, {5, 1}},
                 [](Mlp& layers, Inputs x) { return layers(x); });
  const auto gru_of_two = [](Philox& random) { return GruCell("gru", 2, 3, random); };
  const auto gru_of_three = [](Philox& random) { return GruCell("gru", 3, 3, random); };
  add_model_case(cases, "layer/GruCell, three steps", gru_of_two, {{4, 3}, {4, 2}, {4, 2}, {4, 2}},
                 [](GruCell& gru, Inputs x) {
                   Var h = x[0];
                   for (const Var& x_k : x.subspan(1)) h = gru(x_k, h);
                   return h;
                 });
  add_model_case(cases, "layer/GruCell, input and state the same", gru_of_three, {{4, 3}},
                 [](GruCell& gru, Inputs x) { return gru(x[0], x[0]); });
  const auto lstm_of_two = [](Philox& random) { return LstmCell("lstm", 2, 3, random); };
  const auto lstm_of_three = [](Philox& random) { return LstmCell("lstm", 3, 3, random); };
  add_model_case(cases, "layer/LstmCell, three steps", lstm_of_two, {{4, 3}, {4, 3}, {4, 2}, {4, 2}, {4, 2}},
                 [](LstmCell& lstm, Inputs x) {
                   LstmState s{x[0], x[1]};
                   for (const Var& x_k : x.subspan(2)) s = lstm(x_k, s);
                   return stack({s.h, s.c}, 0);
                 });
  add_model_case(cases, "layer/LstmCell, output alone", lstm_of_two, {{4, 3}, {4, 3}, {4, 2}},
                 [](LstmCell& lstm, Inputs x) {
                   return lstm(x[2], {x[0], x[1]}).h;
                 });
  add_model_case(cases, "layer/LstmCell, memory alone", lstm_of_two, {{4, 3}, {4, 3}, {4, 2}},
                 [](LstmCell& lstm, Inputs x) {
                   return lstm(x[2], {x[0], x[1]}).c;
                 });
  add_model_case(cases, "layer/LstmCell, input and state the same", lstm_of_three, {{4, 3}},
                 [](LstmCell& lstm, Inputs x) {
                   return lstm(x[0], {x[0], x[0]}).h;
                 });
}

// What a bound consists of.
Var both(const BoundTerms<Var>& bound) { return stack({bound.log_likelihood, bound.kl}, 0); }

void add_vae(Cases& cases) {
  const auto add = [&](const char* name, std::vector<Shape> shapes, auto function) {
    const auto make = [](Philox& random) { return Vae({.data = 3, .latent = 2, .hidden = 4}, random); };
    add_model_case(cases, std::string("model/") + name, make, std::move(shapes), function);
  };
  add("Vae/prior", {{5, 2}}, [](Vae& vae, Inputs x) { return log_prob(prior(x[0].tape(), vae), x[0]); });
  const auto density = [](Vae& vae, Inputs x) { return log_prob(likelihood(vae, x[0]), x[1]); };
  add("Vae/likelihood", {{5, 2}, {5, 3}}, density);
  add("Vae/likelihood, several samples", {{5, 4, 2}, {5, 1, 3}}, density);
  add("Vae/posterior", {{5, 3}}, [](Vae& vae, Inputs x) { return parts(posterior(vae, x[0])); });
  add("Vae/elbo", {{5, 3}, {5, 2}}, [](Vae& vae, Inputs x) { return both(elbo(vae, x[0], x[1])); });
  add("BoundTerms/value", {{5, 3}, {5, 2}}, [](Vae& vae, Inputs x) { return elbo(vae, x[0], x[1]).value(); });
  add("Vae/log_importance_weights", {{5, 3}, {5, 4, 2}},
      [](Vae& vae, Inputs x) { return log_importance_weights(vae, x[0], x[1]); });
  add("Vae/importance_weighted_bound", {{5, 3}, {5, 4, 2}},
      [](Vae& vae, Inputs x) { return importance_weighted_bound(log_importance_weights(vae, x[0], x[1])); });
}

void add_linear_vae(Cases& cases) {
  const auto add = [&](const std::string& name, std::vector<Shape> shapes, auto function) {
    const auto make = [](Philox& random) { return LinearVae({.data = 4, .latent = 2}, random); };
    add_model_case(cases, "model/LinearVae/" + name, make, std::move(shapes), function);
  };
  add("prior", {{5, 2}}, [](LinearVae& vae, Inputs x) { return log_prob(prior(x[0].tape(), vae), x[0]); });
  add("likelihood", {{5, 2}, {5, 4}},
      [](LinearVae& vae, Inputs x) { return log_prob(likelihood(vae, x[0]), x[1]); });
  add("posterior", {{5, 4}, {5, 2}},
      [](LinearVae& vae, Inputs x) { return log_prob(posterior(vae, x[0]), x[1]); });
  add("elbo, of a draw", {{5, 4}, {5, 2}},
      [](LinearVae& vae, Inputs x) { return both(elbo(vae, x[0], x[1])); });
  add("elbo, in closed form", {{5, 4}}, [](LinearVae& vae, Inputs x) { return both(elbo(vae, x[0])); });
}

void add_filtering_posterior(Cases& cases) {
  using Model = FilteringPosterior;
  constexpr Index actions = 2, observations = 3, latent = 2;
  for (const Index summary : {0, 3}) {
    const auto add = [&](const std::string& name, std::vector<Shape> shapes, auto function) {
      const Model::Sizes settings{.actions = actions,
                                  .observations = observations,
                                  .latent = latent,
                                  .hidden = 4,
                                  .summary = summary};
      add_model_case(
          cases, "model/FilteringPosterior/" + name + (summary == 0 ? ", Markov" : ", recurrent"),
          [=](Philox& random) { return Model(settings, random); }, std::move(shapes), function);
    };
    const Shape s{5, latent}, h{5, summary}, a{5, actions}, o{5, observations};
    add("initial_state", {h}, [](Model& model, Inputs x) {
      const LatentState first = initial_state(x[0].tape(), model, 5);
      return concat({first.latent, first.summary + x[0]}, 1);
    });
    add("advance_summary", {s, h, a}, [](Model& model, Inputs x) {
      const LatentState state = advance_summary(model, {x[0], x[1]}, x[2]);
      return concat({state.latent, state.summary}, 1);
    });
    add("transition", {s, h, a}, [](Model& model, Inputs x) {
      return parts(transition(model, {x[0], x[1]}, x[2]));
    });
    add("posterior", {s, h, a, o}, [](Model& model, Inputs x) {
      return parts(posterior(model, {x[0], x[1]}, x[2], x[3]));
    });
    add("emission", {s, h, a}, [](Model& model, Inputs x) {
      return emission(model, {x[0], x[1]}, x[2]).logits;
    });
    const Episodes two{2, 3, {0, 1, 1, 0, 1, 1}, {2, 0, 1, 1, 0, 2}};
    add("filtering_bound", {}, [two](Tape& tape, Model& model, Inputs, Philox& random) {
      return both(filtering_bound(tape, model, two, normal_noise(tape, {3, 2, latent}, random)));
    });
    add("bound", {}, [two](Tape& tape, Model& model, Inputs, Philox& random) {
      return bound(tape, model, two, random).value();
    });
    add("loss", {},
        [two](Tape& tape, Model& model, Inputs, Philox& random) { return loss(tape, model, two, random); });
  }
}

}  // namespace

std::vector<GradientCase> model_cases() {
  Cases cases{""};
  add_layers(cases);
  add_vae(cases);
  add_linear_vae(cases);
  add_filtering_posterior(cases);
  return cases.all;
}

}  // namespace doxa
