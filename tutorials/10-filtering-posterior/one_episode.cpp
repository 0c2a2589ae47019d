#include <optional>

#include "doxa/models/pomdp/belief.h"
#include "sections.h"

using namespace doxa;
using namespace doxa::support;

namespace {

constexpr std::size_t listen = 0, open_left = 1, hear_left = 0, hear_right = 1, tiger_left = 0;

// Three roars on the left, one on the right, one on the left; a door; two roars on the right.
const Trajectory told{.states = {},
                      .actions = {listen, listen, listen, listen, listen, open_left, listen, listen},
                      .observations = {hear_left, hear_left, hear_left, hear_right, hear_left, hear_left,
                                       hear_right, hear_right}};

// Of step k+1.
const char* what_is_heard(std::size_t k) {
  return told.actions[k] != listen ? "a door" : told.observations[k] == hear_left ? "left" : "right";
}

double only(Var x) { return static_cast<double>(x.value()[0]); }

// A Markov model whose latent is a single number; none if a signal stopped its training.
std::optional<FilteringPosterior> one_number(Chapter& chapter, const EpisodeData& data) {
  const Index steps = chapter.quick() ? 400 : 2000;
  Philox random(chapter.seed(), 40);
  FilteringPosterior model({.actions = 3, .observations = 2, .latent = 1, .hidden = 64}, random);
  const StopRequest stop;
  TrainingReport done;
  {
    Progress progress("training a latent of one number", static_cast<std::size_t>(steps));
    done = train_belief(model, data, {.seed = chapter.seed(), .stream = 41},
                        {.rate = {.peak = 1e-2, .steps = steps, .warm_up = steps / 50},
                         .max_norm = 1,
                         .validate_every = steps / 2,
                         .on_step =
                             [&](const TrainingStep& now) {
                               progress.step([&] { return "loss " + significant(now.loss, 4); });
                             },
                         .stop = [&] { return static_cast<bool>(stop); }});
  }
  if (!stop) return model;
  chapter.stopped(stop.signal(), "step " + std::to_string(done.steps) + " of the latent of one number");
  std::cout << "stopped " << chapter.stop() << '\n';
  return std::nullopt;
}

struct Draw {
  std::vector<double> latent, says_left, log_p, kl;  // of step k at [k-1]
};
// One draw of the latents along the episode, and the two terms of (10.6) at each step.
Draw draw(FilteringPosterior& model, Philox& random) {
  Draw d;
  Tape tape;
  const Evaluation evaluation(tape);
  LatentState state = initial_state(tape, model, 1);
  const std::vector<Index> to_listen{static_cast<Index>(listen)};
  for (std::size_t k = 0; k < told.horizon(); ++k) {
    const std::vector<Index> action{static_cast<Index>(told.actions[k])},
        seen{static_cast<Index>(told.observations[k])};
    const Var a = one_hot(tape, action, 3), o = one_hot(tape, seen, 2);
    const DiagonalNormal q = posterior(model, state, a, o), p = transition(model, state, a);
    state.latent = sample(q, random);
    d.latent.push_back(only(state.latent));
    d.says_left.push_back(std::exp(only(emission(model, state, one_hot(tape, to_listen, 3)).log_probs())));
    d.log_p.push_back(only(log_prob(emission(model, state, a), seen)));
    d.kl.push_back(only(kl_divergence(q, p)));
  }
  return d;
}

Figure episode_figure(const std::vector<Draw>& draws, double left, const StepTable& exact,
                      const StepTable& learned) {
  Figure figure("One episode: draws of a latent of one number, and what is predicted from them", 2, 280);
  const std::vector<double> step = spaced(1, static_cast<double>(told.horizon()), 1);
  Axes& latents = figure.axes("200 draws of the latent, up is left", "step k", "s_k");
  std::vector<double> at, value;
  for (std::size_t i = 0; i < draws.size(); ++i)
    for (std::size_t k = 0; k < told.horizon(); ++k) {
      at.push_back(step[k] + 0.4 * (static_cast<double>(i) / static_cast<double>(draws.size()) - 0.5));
      value.push_back(left * draws[i].latent[k]);
    }
  latents.scatter(at, value,
                  {.color = Color::vermillion, .size = 2.5, .opacity = 0.5});  // the learned one's colour
  Axes& predicted = figure.axes("probability of left, before it is heard", "step k", "probability");
  predicted.y_range = Range{0, 1};
  const auto probability = [&](const StepTable& t) {
    return series(step, [&](double k) { return t.row(0, static_cast<std::size_t>(k))[hear_left]; });
  };
  predicted.line(step, probability(exact), {.label = "exact filter"});
  predicted.line(step, probability(learned), {.label = "learned"});
  std::vector<double> when, where;
  for (std::size_t k = 0; k < told.horizon(); ++k)
    if (told.actions[k] == listen) {
      when.push_back(step[k]);
      where.push_back(told.observations[k] == hear_left ? 0.98 : 0.02);
    }
  predicted.scatter(when, where, {.label = "heard", .opacity = 0.7});
  return figure;
}

}  // namespace

void one_episode(Chapter& chapter, const Pomdp& tiger) {
  const EpisodeData data = simulated_data(tiger, {0.9, 0.05, 0.05}, 32,
                                          {.validation = 50, .curve = 50, .held_out = 2}, chapter.seed());
  std::optional<FilteringPosterior> trained = one_number(chapter, data);
  if (!trained) return;
  FilteringPosterior& model = *trained;
  const std::span<const Trajectory> episode(&told, 1);
  const StepTable exact = exact_predictive(tiger, episode);
  Philox random(chapter.seed(), 43);
  const StepTable learned = predictive(model, episode, 4096, random);
  std::vector<Draw> draws;
  std::vector<double> bounds, left_first;
  for (int i = 0; i < 400; ++i) {
    const Draw& d = draws.emplace_back(draw(model, random));
    double bound = 0;
    for (std::size_t k = 0; k < told.horizon(); ++k) bound += d.log_p[k] - d.kl[k];
    bounds.push_back(bound);
    left_first.push_back(d.latent[0]);
  }
  // Training does not say which way is left.
  const double left = estimate_mean(left_first).mean < 0 ? -1 : 1;

  const double exact_before = exact.row(0, 4)[hear_left], exact_after = exact.row(0, 5)[hear_left],
               learned_before = learned.row(0, 4)[hear_left], learned_after = learned.row(0, 5)[hear_left];
  std::cout
      << "Three roars on the left, then one on the right. Probability of left, before and after the last:\n"
      << "Bayes' rule " << significant(exact_before, 3) << " and " << significant(exact_after, 3)
      << ", the learned model " << significant(learned_before, 3) << " and " << significant(learned_after, 3)
      << ".\n\nOne draw of the latent along the episode\n\n";

  Table table(
      {"k", "heard", {"b_k", 2}, {"s_k", 2}, {"s_k says left", 2}, {"log p(o_k|s_k)", 2}, {"KL_k", 2}});
  const Draw& first = draws.front();
  const StepTable beliefs = exact_beliefs(tiger, episode);
  for (std::size_t k = 0; k < told.horizon(); ++k)
    table.row({std::to_string(k + 1), what_is_heard(k), beliefs.row(0, k + 1)[tiger_left],
               left * first.latent[k], first.says_left[k], first.log_p[k], first.kl[k]});
  chapter.print("episode", table);

  const MeanEstimate bound = estimate_mean(bounds);
  const double own = log_evidence(model, episode, 16384, random)[0];
  std::vector<double> log_p1;
  for (const Draw& d : draws) log_p1.push_back(d.log_p[0]);
  const MeanEstimate explained = estimate_mean(log_p1);
  const double tiger_explains = 0.85 * std::log(0.85) + 0.15 * std::log(0.15),
               tiger_kl = std::log(2.0) + tiger_explains, kl = first.kl[0];
  std::cout << "\nStep 1, the mean of 400 draws: log p " << significant(explained.mean, 2) << ", KL "
            << significant(kl, 2)
            << "; if the latent were the tiger, drawn from the belief: " << significant(tiger_explains, 2)
            << ", " << significant(tiger_kl, 2) << ".\nThis episode's bound: " << significant(bound.mean, 3)
            << " nats; the model's own log-evidence: " << significant(own, 3)
            << "; the exact one: " << significant(log_evidence(tiger, told), 3) << ".\n\n";
  chapter.results.set("episode.log_p1", explained.mean, 0.15);
  chapter.results.set("episode.kl1", kl, 0.15);
  chapter.results.set("episode.d", std::sqrt(std::expm1(2 * kl)), 0.3);  // whose price (10.12) is kl
  chapter.claims.at_least("step 1: the latent explains more of the roar than the tiger would, by nats",
                          explained.mean - tiger_explains, 0, 4 * explained.standard_error,
                          "4 standard errors of 400 draws");
  chapter.claims.at_least("step 1: and pays for it with a larger divergence, by nats", kl - tiger_kl, 0, 0,
                          "none: s_0 = 0, so that nothing is drawn before this divergence");
  chapter.claims.at_least("one episode: its bound (10.6) stays below the model's own log-evidence",
                          own - bound.mean, 0, 4 * bound.standard_error + 0.02,
                          "4 standard errors of 400 draws, and the evidence of 16384 samples to 0.02 nats");
  chapter.claims.at_least(
      "a roar that contradicts three costs the learned prediction more than the exact one, by",
      (learned_before - learned_after) - (exact_before - exact_after), chapter.quick() ? 0.0 : 0.05, 0,
      "what can be seen in the figure");
  chapter.results.set("episode.exact_before", exact_before);
  chapter.results.set("episode.exact_after", exact_after);
  chapter.results.set("episode.learned_before", learned_before, 0.05);
  chapter.results.set("episode.learned_after", learned_after, 0.1);
  draws.resize(200);
  chapter.figure("episode", episode_figure(draws, left, exact, learned));
}
