#include "cases.h"
#include "doxa/models/filtering_posterior.h"
#include "doxa/models/nn/gru.h"
#include "doxa/models/nn/mlp.h"
#include "doxa/models/vae.h"

namespace doxa {
namespace {

/// A case over all parameters of a model: `make(random)` builds it, `objective(tape, model)` is checked.
template <class Make, class Objective>
GradientCase parameter_case(std::string name, Make make, Objective objective) {
  return {std::move(name), [=](const GradientCheckOptions& options) {
            Philox random(options.seed, 1);
            auto model = make(random);
            const std::uint64_t noise_seed = random();
            std::vector<CheckedLeaf> leaves;
            for (Parameter* p : parameters(model)) leaves.push_back({p->name, &p->value, &p->gradient});
            return check_gradients(
                [&](Tape& tape) {
                  Philox noise(noise_seed);  // the same noise at each evaluation
                  return objective(tape, model, noise);
                },
                leaves, options);
          }};
}

}  // namespace

std::vector<GradientCase> model_cases() {
  std::vector<GradientCase> cases;
  cases.push_back(parameter_case(
      "layer/Linear", [](Philox& random) { return Linear("linear", 4, 3, random); },
      [](Tape& tape, Linear& layer, Philox& noise) {
        return layer(tape.constant(normal_noise({5, 4}, noise)));
      }));
  cases.push_back(parameter_case(
      "layer/Mlp",
      [](Philox& random) {
        return Mlp("mlp", {3, 5, 4, 2}, random);
      },
      [](Tape& tape, Mlp& mlp, Philox& noise) {
        return mlp(tape.constant(normal_noise({5, 3}, noise)));
      }));
  cases.push_back(parameter_case(
      "layer/GruCell, three steps", [](Philox& random) { return GruCell("gru", 2, 3, random); },
      [](Tape& tape, GruCell& gru, Philox& noise) {
        Var h = tape.constant(normal_noise({4, 3}, noise));
        for (int k = 0; k < 3; ++k) h = gru(tape.constant(normal_noise({4, 2}, noise)), h);
        return h;
      }));
  cases.push_back(parameter_case(
      "model/Vae/elbo", [](Philox& random) { return Vae({.data = 3, .latent = 2, .hidden = 4}, random); },
      [](Tape& tape, Vae& vae, Philox& noise) {
        const Var x = tape.constant(normal_noise({5, 3}, noise));
        return elbo(vae, x, tape.constant(normal_noise({5, 2}, noise))).value();
      }));
  cases.push_back(parameter_case(
      "model/Vae/importance-weighted bound",
      [](Philox& random) { return Vae({.data = 3, .latent = 2, .hidden = 4}, random); },
      [](Tape& tape, Vae& vae, Philox& noise) {
        const Var x = tape.constant(normal_noise({5, 3}, noise));
        return importance_weighted_bound(
            log_importance_weights(vae, x, tape.constant(normal_noise({5, 4, 2}, noise))));
      }));
  for (const Index summary : {0, 3})
    cases.push_back(parameter_case(
        summary == 0 ? "model/FilteringPosterior/bound, Markov" : "model/FilteringPosterior/bound, recurrent",
        [summary](Philox& random) {
          return FilteringPosterior(
              {.actions = 2, .observations = 3, .latent = 2, .hidden = 4, .summary = summary}, random);
        },
        [](Tape& tape, FilteringPosterior& model, Philox& noise) {
          const Episodes two{2, 3, {0, 1, 1, 0, 1, 1}, {2, 0, 1, 1, 0, 2}};
          const FilteringBound bound = filtering_bound(tape, model, two, normal_noise({3, 2, 2}, noise));
          return bound.log_likelihood - bound.kl;
        }));
  return cases;
}

}  // namespace doxa
