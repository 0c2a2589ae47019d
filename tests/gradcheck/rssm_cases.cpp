// The recurrent state-space model: its latent, its parts, its bound and the options of its objective, with
// respect to all parameters. Draws are common: each evaluation copies the generator.

#include "doxa/models/beliefs/rssm_learner.h"
#include "model_case.h"

namespace doxa {
namespace {

using Summary = RssmSettings::Summary;
using Inference = RssmSettings::Inference;

RssmLatent categorical(Index groups, Index classes) {
  return CategoricalLatent{.groups = groups, .classes = classes};
}

void add_latent(Cases& cases) {
  for (const RssmLatent& latent : {RssmLatent(GaussianLatent{3}), categorical(2, 3)}) {
    const bool gaussian = std::holds_alternative<GaussianLatent>(latent);
    const std::string of = gaussian ? ", Gaussian" : ", categorical";
    const Shape of_row{2, latent_parameters(latent)};
    // A small change of a probability between 0.1 and 0.6 moves no draw. A straight-through draw is completed
    // to the function whose derivative it is.
    cases.add((gaussian ? "*/rsample" : "*/rsample, plus the constant probabilities") + of, {of_row},
              [=](Tape& tape, Inputs x) {
                Philox random(31);
                const Var y = tanh(x[0]) / 2, draw = rsample(latent, y, random);
                if (gaussian) return square(draw);
                const Var p = Real(0.99) * softmax(reshape(y, {2, 2, 3}), {2}) + Real(0.01) / 3;
                const Var weights = tape.constant({2, 6}, {1, 2, -1, 3, 1, 0, 2, -2, 1, 1, 0, 4});
                return weights * square(draw + stop_gradient(reshape(p, {2, 6})));
              });
    // A draw is a constant: what it is multiplied with has the only gradient.
    cases.add("*/sample, of fixed parameters" + of, {of_row}, [=](Tape& tape, Inputs x) {
      Philox random(32);
      const Var fixed = tape.constant(of_row, Real(0.2));
      const Var draw = sample(latent, fixed, 2, random);
      return draw * slice(x[0], 1, 0, latent_size(latent));
    });
    cases.add("*/kl_divergence" + of, {of_row, of_row},
              [=](Var q, Var p) { return kl_divergence(latent, q, p); });
    if (gaussian)
      cases.add("*/log_prob" + of, {of_row, {2, latent_size(latent)}},
                [=](Var x, Var s) { return log_prob(latent, x, s); });
    else
      cases.add("*/log_prob" + of, {of_row}, [=](Tape& tape, Inputs x) {
        return log_prob(latent, x[0], tape.constant({2, 6}, {1, 0, 0, 0, 0, 1, 0, 1, 0, 1, 0, 0}));
      });
  }
}

// Cases of a model of these settings, and of what learns it.
template <class Function>
void add_case(Cases& cases, const std::string& name, const RssmSettings& settings, Function f) {
  add_model_case(
      cases, "Rssm/" + name, [=](Philox& random) { return Rssm(settings, random); }, {},
      [=](Tape& tape, Rssm& model, Inputs, Philox& random) { return f(tape, model, random); });
}
template <class Function>
void add_case_of_learner(Cases& cases, const std::string& name, const RssmSettings& settings, Function f) {
  add_model_case(
      cases, "RssmLearner/" + name, [=](Philox& random) { return RssmLearner{Rssm(settings, random)}; }, {},
      [=](Tape& tape, RssmLearner& learner, Inputs, Philox& random) { return f(tape, learner, random); });
}

const Episodes two_episodes{2, 3, {0, 1, 1, 0, 1, 1}, {2, 0, 1, 1, 0, 2}};
const RssmSettings small{.actions = 2, .observations = 3, .hidden = 3, .latent = GaussianLatent{2}};

std::string name(Summary summary) {
  return summary == Summary::latents        ? ", latents"
         : summary == Summary::observations ? ", observations"
                                            : ", both";
}
std::string name(Inference inference) {
  return inference == Inference::smoothing ? ", smoothing" : ", filtering";
}

void add_rssm_parts(Cases& cases) {
  for (const Summary summary : {Summary::latents, Summary::observations, Summary::both}) {
    RssmSettings settings = small;
    settings.summary = summary;
    add_case(cases, "advance" + name(summary), settings, [](Tape& tape, Rssm& model, Philox& random) {
      const Var a = one_hot(tape, two_episodes.actions_at(1), 2), z = normal_noise(tape, {2, 2}, random),
                step = encode_step(tape, model.settings, two_episodes.actions_at(1),
                                   two_episodes.observations_at(1));
      const Var h = normal_noise(tape, {2, 3}, random);
      return advance(model, tanh(slice(model.prior({h, a}), 1, 0, 3)), a, step, z);
    });
  }
  add_case(cases, "emission_logits", small, [](Tape& tape, Rssm& model, Philox& random) {
    const Var h = normal_noise(tape, {2, 3}, random), a = one_hot(tape, two_episodes.actions_at(1), 2);
    const Var z = rsample(model.settings.latent, model.prior({h, a}), random);
    return emission_logits(model, h, a, z);
  });
}

void add_bound(Cases& cases) {
  for (const Summary summary : {Summary::latents, Summary::observations, Summary::both})
    for (const Inference inference : {Inference::filtering, Inference::smoothing}) {
      RssmSettings settings = small;
      settings.summary = summary;
      settings.inference = inference;
      add_case(cases, "rssm_terms" + name(summary) + name(inference), settings,
               [](Tape& tape, Rssm& model, Philox& random) {
                 const RssmTerms t = rssm_terms(tape, model, two_episodes, random);
                 return stack({sum(t.bound.log_likelihood, {0}), sum(t.bound.kl, {0})}, 0);
               });
    }
  // Of a categorical latent the KL of a single step: no draw comes before it.
  for (const Inference inference : {Inference::filtering, Inference::smoothing})
    add_case(
        cases, "rssm_terms, KL of categoricals" + name(inference),
        {.actions = 2, .observations = 3, .hidden = 3, .latent = categorical(2, 2), .inference = inference},
        [](Tape& tape, Rssm& model, Philox& random) {
          return rssm_terms(tape, model, {3, 1, {0, 1, 1}, {2, 0, 1}}, random).bound.kl;
        });
}

void add_objective(Cases& cases) {
  const auto add = [&](const std::string& what, const RssmObjective& objective) {
    add_case(cases, "rssm_loss" + what, small, [=](Tape& tape, Rssm& model, Philox& random) {
      const Episodes copies{4, 2, {0, 0, 1, 1, 1, 1, 0, 0}, {2, 2, 0, 0, 1, 1, 1, 1}};
      return rssm_loss(tape, model, copies, objective, random).loss;
    });
  };
  add("", {});
  add(", annealed", {.kl_weight = Real(0.3)});
  add(", below the free nats", {.free_nats = 5});
  add(", above the free nats", {.free_nats = Real(1e-6)});
  add(", of two samples", {.samples = 2});
  add(", of two samples, annealed", {.kl_weight = Real(0.3), .samples = 2});
  // At α = ½ the balanced KL has the value v of KL and half its gradient: 2 v less a constant v has both.
  add_case(cases, "rssm_loss, balanced, completed to KL", small, [](Tape& tape, Rssm& model, Philox& random) {
    const RssmLoss l = rssm_loss(tape, model, two_episodes, {.kl_balance = Real(0.5)}, random);
    const Var once = stop_gradient(l.mean.kl);
    return 2 * (l.loss + l.mean.log_likelihood) - once;
  });
  add_case_of_learner(cases, "loss", small, [](Tape& tape, RssmLearner& learner, Philox& random) {
    return loss(tape, learner, two_episodes, random);
  });
  add_case_of_learner(cases, "bound", small, [](Tape& tape, RssmLearner& learner, Philox& random) {
    return bound(tape, learner, two_episodes, random).value();
  });
}

}  // namespace

std::vector<GradientCase> rssm_cases() {
  Cases cases{"model/"};
  add_latent(cases);
  add_rssm_parts(cases);
  add_bound(cases);
  add_objective(cases);
  return cases.all;
}

}  // namespace doxa
