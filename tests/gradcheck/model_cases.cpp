// Layers and models, with respect to all their parameters and to what they are given.

#include "cases.h"
#include "doxa/models/beliefs/filtering_posterior.h"
#include "doxa/models/nn/gru.h"
#include "doxa/models/nn/mlp.h"
#include "doxa/models/vae/linear_vae.h"
#include "doxa/models/vae/vae.h"

namespace doxa {
namespace {

/// A model at random parameters, inputs for it, and a function of both.
template <class Model, class Function>
class ModelAtInputs {
 public:
  ModelAtInputs(Model model, const std::vector<Shape>& shapes, Function function, Philox& random)
      : model_(std::move(model)), function_(function) {
    for (Parameter* p : parameters(model_)) {
      // Also those that start at zero, where much cannot be told apart.
      const Tensor noise = normal_noise(p->value.shape(), random);
      for (Index i = 0; i < noise.size(); ++i) p->value[i] += noise[i] / 4;
    }
    for (const Shape& shape : shapes)
      inputs_.emplace_back("input " + std::to_string(inputs_.size()), normal_noise(shape, random));
    noise_seed_ = random();
  }

  std::vector<CheckedLeaf> leaves() {
    std::vector<CheckedLeaf> all;
    for (Parameter* p : parameters(model_)) all.push_back({p->name, &p->value, &p->gradient});
    for (Parameter& x : inputs_) all.push_back({x.name, &x.value, &x.gradient});
    return all;
  }

  Var operator()(Tape& tape) {
    std::vector<Var> all;
    for (Parameter& x : inputs_) all.push_back(x.on(tape));
    Philox noise(noise_seed_);  // the same at each evaluation
    const Var y = function_(tape, model_, all, noise);
    for (Parameter* p : parameters(model_)) all.push_back(p->on(tape));
    return used_twice(y, all);
  }

 private:
  Model model_;
  std::vector<Parameter> inputs_;
  Function function_;
  std::uint64_t noise_seed_;
};

/// `make(random)` builds the model, `function(tape, model, inputs, noise)` is checked.
template <class Make, class Function>
void add_case(Cases& cases, std::string name, Make make, std::vector<Shape> shapes, Function function) {
  const auto at = [=](std::uint64_t seed) {
    Philox random(seed, 1);
    auto model = make(random);
    return ModelAtInputs(std::move(model), shapes, function, random);
  };
  cases.push_back({.name = std::move(name),
                   .check =
                       [=](const GradientCheckOptions& options) {
                         auto model = at(options.seed);
                         return check_gradients(std::ref(model), model.leaves(), options);
                       },
                   .records =
                       [=](std::uint64_t seed) {
                         auto model = at(seed);
                         return recorded([&](Tape& tape) { model(tape); });
                       }});
}

// What a distribution consists of.
Var parts(const DiagonalNormal& q) { return stack({q.element.loc, q.element.log_scale}, 0); }

void add_layers(Cases& cases) {
  const auto linear = [](Philox& random) { return Linear("linear", 4, 3, random); };
  add_case(cases, "layer/Linear", linear, {{5, 4}},
           [](Tape&, Linear& layer, Inputs x, Philox&) { return layer(x[0]); });
  add_case(cases, "layer/Linear, of parts", linear, {{5, 1}, {5, 3}},
           [](Tape&, Linear& layer, Inputs x, Philox&) { return layer(x, Activation::sigmoid); });
  const auto mlp = [](Philox& random) { return Mlp("mlp", {3, 5, 4, 2}, random); };
  add_case(cases, "layer/Mlp", mlp, {{5, 3}},
           [](Tape&, Mlp& layers, Inputs x, Philox&) { return layers(x[0]); });
  add_case(cases, "layer/Mlp, of parts", mlp, {{5, 2}, {5, 1}}, [](Tape&, Mlp& layers, Inputs x, Philox&) {
    return layers({x[0], x[1]});
  });
  add_case(
      cases, "layer/GruCell, three steps", [](Philox& random) { return GruCell("gru", 2, 3, random); },
      {{4, 3}, {4, 2}, {4, 2}, {4, 2}},
      [](Tape&, GruCell& gru, Inputs x, Philox&) {
        Var h = x[0];
        for (const Var& x_k : x.subspan(1)) h = gru(x_k, h);
        return h;
      });
  add_case(
      cases, "layer/GruCell, input and state the same",
      [](Philox& random) { return GruCell("gru", 3, 3, random); }, {{4, 3}},
      [](Tape&, GruCell& gru, Inputs x, Philox&) { return gru(x[0], x[0]); });
}

void add_vae(Cases& cases) {
  const auto add = [&](const char* name, std::vector<Shape> shapes, auto function) {
    add_case(
        cases, std::string("model/") + name,
        [](Philox& random) { return Vae({.data = 3, .latent = 2, .hidden = 4}, random); }, std::move(shapes),
        [function](Tape& tape, Vae& vae, Inputs x, Philox&) { return function(tape, vae, x); });
  };
  add("Vae/prior", {{5, 2}}, [](Tape& tape, Vae& vae, Inputs x) { return log_prob(prior(tape, vae), x[0]); });
  add("Vae/likelihood", {{5, 2}, {5, 3}},
      [](Tape&, Vae& vae, Inputs x) { return log_prob(likelihood(vae, x[0]), x[1]); });
  add("Vae/likelihood, several samples", {{5, 4, 2}, {5, 1, 3}},
      [](Tape&, Vae& vae, Inputs x) { return log_prob(likelihood(vae, x[0]), x[1]); });
  add("Vae/posterior", {{5, 3}}, [](Tape&, Vae& vae, Inputs x) { return parts(posterior(vae, x[0])); });
  add("Vae/elbo", {{5, 3}, {5, 2}}, [](Tape&, Vae& vae, Inputs x) {
    const BoundTerms<Var> terms = elbo(vae, x[0], x[1]);
    return stack({terms.log_likelihood, terms.kl}, 0);
  });
  add("BoundTerms/value", {{5, 3}, {5, 2}},
      [](Tape&, Vae& vae, Inputs x) { return elbo(vae, x[0], x[1]).value(); });
  add("Vae/log_importance_weights", {{5, 3}, {5, 4, 2}},
      [](Tape&, Vae& vae, Inputs x) { return log_importance_weights(vae, x[0], x[1]); });
  add("Vae/importance_weighted_bound", {{5, 3}, {5, 4, 2}}, [](Tape&, Vae& vae, Inputs x) {
    return importance_weighted_bound(log_importance_weights(vae, x[0], x[1]));
  });
}

void add_linear_vae(Cases& cases) {
  const auto add = [&](const char* name, std::vector<Shape> shapes, auto function) {
    add_case(
        cases, std::string("model/LinearVae/") + name,
        [](Philox& random) { return LinearVae({.data = 4, .latent = 2}, random); }, std::move(shapes),
        [function](Tape& tape, LinearVae& vae, Inputs x, Philox&) { return function(tape, vae, x); });
  };
  const auto terms = [](const BoundTerms<Var>& bound) { return stack({bound.log_likelihood, bound.kl}, 0); };
  add("prior", {{5, 2}},
      [](Tape& tape, LinearVae& vae, Inputs x) { return log_prob(prior(tape, vae), x[0]); });
  add("likelihood", {{5, 2}, {5, 4}},
      [](Tape&, LinearVae& vae, Inputs x) { return log_prob(likelihood(vae, x[0]), x[1]); });
  add("posterior", {{5, 4}, {5, 2}},
      [](Tape&, LinearVae& vae, Inputs x) { return log_prob(posterior(vae, x[0]), x[1]); });
  add("elbo, of a draw", {{5, 4}, {5, 2}},
      [=](Tape&, LinearVae& vae, Inputs x) { return terms(elbo(vae, x[0], x[1])); });
  add("elbo, in closed form", {{5, 4}},
      [=](Tape&, LinearVae& vae, Inputs x) { return terms(elbo(vae, x[0])); });
}

void add_filtering_posterior(Cases& cases) {
  constexpr Index actions = 2, observations = 3, latent = 2;
  for (const Index summary : {0, 3}) {
    const auto add = [&](const char* name, std::vector<Shape> shapes, auto function) {
      add_case(
          cases,
          std::string("model/FilteringPosterior/") + name + (summary == 0 ? ", Markov" : ", recurrent"),
          [=](Philox& random) {
            return FilteringPosterior({.actions = actions,
                                       .observations = observations,
                                       .latent = latent,
                                       .hidden = 4,
                                       .summary = summary},
                                      random);
          },
          std::move(shapes), function);
    };
    const Shape s{5, latent}, h{5, summary}, a{5, actions}, o{5, observations};
    add("initial_state", {h}, [](Tape& tape, FilteringPosterior& model, Inputs x, Philox&) {
      const LatentState first = initial_state(tape, model, 5);
      return concat({first.latent, first.summary + x[0]}, 1);
    });
    add("advance_summary", {s, h, a}, [](Tape&, FilteringPosterior& model, Inputs x, Philox&) {
      const LatentState state = advance_summary(model, {x[0], x[1]}, x[2]);
      return concat({state.latent, state.summary}, 1);
    });
    add("transition", {s, h, a}, [](Tape&, FilteringPosterior& model, Inputs x, Philox&) {
      return parts(transition(model, {x[0], x[1]}, x[2]));
    });
    add("posterior", {s, h, a, o}, [](Tape&, FilteringPosterior& model, Inputs x, Philox&) {
      return parts(posterior(model, {x[0], x[1]}, x[2], x[3]));
    });
    add("emission", {s, h, a}, [](Tape&, FilteringPosterior& model, Inputs x, Philox&) {
      return emission(model, {x[0], x[1]}, x[2]).logits;
    });
    const Episodes two{2, 3, {0, 1, 1, 0, 1, 1}, {2, 0, 1, 1, 0, 2}};
    add("filtering_bound", {}, [two](Tape& tape, FilteringPosterior& model, Inputs, Philox& random) {
      const auto [log_likelihood, kl] =
          filtering_bound(tape, model, two, normal_noise(tape, {3, 2, latent}, random));
      return stack({log_likelihood, kl}, 0);
    });
    add("bound", {}, [two](Tape& tape, FilteringPosterior& model, Inputs, Philox& random) {
      return bound(tape, model, two, random).value();
    });
    add("loss", {}, [two](Tape& tape, FilteringPosterior& model, Inputs, Philox& random) {
      return loss(tape, model, two, random);
    });
  }
}

}  // namespace

std::vector<GradientCase> model_cases() {
  Cases cases;
  add_layers(cases);
  add_vae(cases);
  add_linear_vae(cases);
  add_filtering_posterior(cases);
  return cases;
}

}  // namespace doxa
