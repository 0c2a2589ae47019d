// Chapter 10: learns a world model and its filtering posterior from action-observation sequences alone, and
// measures how close its predictions come to those of the exact Bayes filter.

#include <algorithm>
#include <chrono>
#include <cmath>
#include <iostream>
#include <numbers>
#include <numeric>

#include "doxa/models/nn/adam.h"
#include "doxa/models/pomdp/pomdp_file.h"
#include "experiment.h"
#include "one_step.h"
#include "support/chapter.h"
#include "support/progress.h"
#include "support/table.h"

using namespace doxa;
using namespace doxa::support;

Data::Data(const Settings& s, std::uint64_t seed)
    : pomdp(read_pomdp(s.pomdp.empty() ? DOXA_POMDP_DIR "/tiger.pomdp" : s.pomdp)) {
  const std::vector<double> policy = open_loop_policy(pomdp, s.action_weights);
  const auto horizon = static_cast<std::size_t>(s.horizon);
  Philox train(seed, 1), validate(seed, 2), test(seed, 3);
  training = simulate(pomdp, policy, horizon, s.training, train);
  validation = simulate(pomdp, policy, horizon, s.held_out / 2, validate);
  held_out = simulate(pomdp, policy, horizon, s.held_out, test);
  exact = exact_nll(pomdp, held_out);
  last = last_nll(count_last_observation(pomdp, training), held_out);
}

MeanAndError mean_and_error(const std::vector<double>& x) {
  const double n = static_cast<double>(x.size()), mean = std::accumulate(x.begin(), x.end(), 0.0) / n;
  double squares = 0;
  for (const double v : x) squares += (v - mean) * (v - mean);
  return {mean, std::sqrt(squares / (n - 1) / n)};
}

namespace {

// -1/T Σ_k log p̂(o_k | o_{<k}, a_{<k}) of each trajectory.
std::vector<double> nll(const std::vector<std::vector<double>>& predictions,
                        std::span<const Trajectory> trajectories) {
  std::vector<double> all;
  for (std::size_t i = 0; i < trajectories.size(); ++i) {
    const Trajectory& t = trajectories[i];
    const std::size_t outcomes = predictions[i].size() / t.horizon();
    double sum = 0;
    for (std::size_t k = 0; k < t.horizon(); ++k)
      sum -= std::log(predictions[i][k * outcomes + t.observations[k]]);
    all.push_back(sum / static_cast<double>(t.horizon()));
  }
  return all;
}

// Stochastic gradient ascent on the bound (10.6), one sample of it for each episode of a random batch.
LearningCurve train(FilteringPosterior& model, const Data& data, const Settings& s, const std::string& name,
                    Philox random) {
  const Parameters all = parameters(model);
  Adam adam{.max_norm = 10};
  Tape tape;
  Tensor noise({s.horizon, s.batch, s.latent});
  LearningCurve curve;
  Progress progress("training " + name, static_cast<std::size_t>(s.steps));
  const std::span<const Trajectory> few(data.validation.data(),
                                        std::min<std::size_t>(150, data.validation.size()));
  const double exact = mean(exact_nll(data.pomdp, few));
  for (Index step = 0; step < s.steps; ++step) {
    std::vector<Index> chosen(static_cast<std::size_t>(s.batch));
    for (Index& i : chosen) i = random.uniform_index(static_cast<Index>(data.training.size()));
    random.normal(noise.span());
    tape.clear();
    const FilteringBound bound = filtering_bound(tape, model, episodes(data.training, chosen), noise);
    const Var loss = -mean(bound.log_likelihood - bound.kl);
    tape.backward(loss);
    adam.rate = s.rate * 0.5 *
                (1 + std::cos(std::numbers::pi * static_cast<double>(step) / static_cast<double>(s.steps)));
    adam.step(all);
    if (step % std::max<Index>(1, s.steps / s.curve_points) == 0 || step + 1 == s.steps) {
      Philox same(1);  // the same samples each time, so that the curve shows the model and not the noise
      curve.step.push_back(static_cast<double>(step + 1));
      curve.excess.push_back(mean(nll(predictive(model, few, s.samples, same), few)) - exact);
    }
    progress.step([&] {
      return "bound " + significant(-static_cast<double>(loss.item()) / static_cast<double>(s.horizon), 4) +
             " nats/step";
    });
  }
  return curve;
}

void evaluate(Variant& v, const Data& data, const Settings& s, Philox random) {
  v.validation = mean(nll(predictive(v.model, data.validation, s.samples, random), data.validation));
  v.predictions = predictive(v.model, data.held_out, s.samples, random);
  v.score = memory_score(data.last, nll(v.predictions, data.held_out), data.exact);  // (10.9)
  std::vector<Index> all(data.held_out.size());
  std::iota(all.begin(), all.end(), Index{0});
  Tape tape;
  const Evaluation evaluation(tape);
  const Episodes e = episodes(data.held_out, all);
  const FilteringBound bound =
      filtering_bound(tape, v.model, e, normal_noise({e.horizon, e.batch, s.latent}, random));
  for (std::size_t i = 0; i < all.size(); ++i) {
    const double kl = static_cast<double>(bound.kl.value()[i]), steps = static_cast<double>(s.horizon);
    v.elbo.push_back((static_cast<double>(bound.log_likelihood.value()[i]) - kl) / steps);
    v.kl.push_back(kl / steps);
  }
}

void claim(Chapter& chapter, const Settings& s, const Data& data, const std::vector<Variant>& variants,
           const Variant& best, bool tiger) {
  const OneStep one;
  chapter.claims.equal("one step, exact posterior: the bound (10.6) is the log-evidence", one.bound(false),
                       std::log(one.evidence), 1e-14,
                       "rounding of a handful of operations on numbers of order 1");
  const double excess_reversed = kl(one.posterior, one.prior) - kl(one.prior, one.posterior);
  chapter.claims.equal("the same with the KL reversed exceeds it by KL(q‖p) − KL(p‖q) > 0: it is no bound",
                       one.bound(true) - std::log(one.evidence), std::max(excess_reversed, 0.0), 1e-14,
                       "rounding of a handful of operations on numbers of order 1");
  for (const Variant& v : variants) {
    double worst = 0;
    for (const auto& p : v.predictions)
      for (std::size_t at = 0; at < p.size(); at += data.pomdp.observations.size())
        worst = std::max(
            worst, std::abs(std::accumulate(
                       p.begin() + static_cast<std::ptrdiff_t>(at),
                       p.begin() + static_cast<std::ptrdiff_t>(at + data.pomdp.observations.size()), -1.0)));
    const double u = std::numeric_limits<Real>::epsilon() / 2;
    const auto terms = static_cast<double>(data.pomdp.observations.size()) + static_cast<double>(s.samples);
    chapter.claims.at_most(v.name + ": every predictive distribution sums to 1; the largest deviation", worst,
                           0, 4 * u * terms,
                           "4u times the number of terms in the sums: what rounding can do");
    std::vector<double> excess;
    for (std::size_t i = 0; i < data.exact.size(); ++i) excess.push_back(-v.elbo[i] - data.exact[i]);
    const MeanAndError e = mean_and_error(excess);
    chapter.claims.at_least(v.name + ": the bound stays below the exact evidence, nats per step", e.mean, 0,
                            4 * e.standard_error,
                            "E[bound] ≤ E[log p_θ] ≤ E[log p]; 4 standard errors over held-out trajectories");
    chapter.claims.at_least(
        v.name + ": no prediction beats the Bayes filter, model_nll − exact_nll", v.score.excess(), 0,
        4 * std::abs(v.score.standard_error * (v.score.last - v.score.exact)),
        "the excess is a KL in expectation; 4 standard errors over held-out trajectories");
  }
  if (tiger)
    chapter.claims.at_least(
        "memory_score of the chosen variant on Tiger", best.score.score, chapter.quick() ? 0.5 : 0.75, 0,
        chapter.quick() ? "half of what memory is worth, after a seventh of the training steps"
                        : "what this chapter set out to reach; the table has its standard error");
}

void report(Chapter& chapter, const Variant& v, const std::string& prefix) {
  chapter.results.set(prefix + "memory_score", v.score.score);
  chapter.results.set(prefix + "memory_score_se", v.score.standard_error);
  chapter.results.set(prefix + "exact_nll", v.score.exact);
  chapter.results.set(prefix + "last_nll", v.score.last);
  chapter.results.set(prefix + "model_nll", v.score.model);
  chapter.results.set(prefix + "elbo", mean(v.elbo));
  chapter.results.set(prefix + "kl", mean(v.kl));
}

void run(Chapter& chapter, Settings s) {
  const bool tiger = !chapter.arguments().given("pomdp");
  if (tiger && s.action_weights.empty()) s.action_weights = {0.9, 0.05, 0.05};
  const bool as_published =
      tiger && !chapter.arguments().given("action-weights") && !chapter.arguments().given("horizon");
  if (chapter.quick()) {
    s.held_out = 400;
    s.curve_points = 3;
  }
  const Data data(s, chapter.seed());
  std::cout << data.training.size() << " training and " << data.held_out.size() << " held-out episodes of "
            << s.horizon << " steps: " << data.pomdp.states.size() << " states (never shown to the learner), "
            << data.pomdp.actions.size() << " actions, " << data.pomdp.observations.size()
            << " observations\n\n";

  const FilteringPosterior::Sizes sizes{static_cast<Index>(data.pomdp.actions.size()),
                                        static_cast<Index>(data.pomdp.observations.size()), s.latent,
                                        s.hidden, 0};
  auto with_summary = sizes;
  with_summary.summary = s.hidden;
  Philox initial(chapter.seed(), 4);
  std::vector<Variant> variants;
  variants.push_back({"markov", FilteringPosterior(sizes, initial)});
  variants.push_back({"recurrent", FilteringPosterior(with_summary, initial)});
  for (std::size_t i = 0; i < variants.size(); ++i) {
    variants[i].curve = train(variants[i].model, data, s, variants[i].name, Philox(chapter.seed(), 5 + i));
    evaluate(variants[i], data, s, Philox(chapter.seed(), 7));
  }
  const Variant& best =
      *std::min_element(variants.begin(), variants.end(),
                        [](const Variant& a, const Variant& b) { return a.validation < b.validation; });

  std::cout << "\nnats per step on the held-out episodes (" << s.samples << " samples of the belief)\n\n";
  Table table({"predictor", "nll", "−bound", "KL(q‖p)", "memory score", "± se"});
  table.row({"last observation", {data.exact.empty() ? 0 : best.score.last, 5}, "", "", 0.0, ""});
  for (const Variant& v : variants)
    table.row({v.name + (&v == &best ? " (chosen)" : ""),
               {v.score.model, 5},
               {-mean(v.elbo), 5},
               {mean(v.kl), 3},
               {v.score.score, 4},
               {v.score.standard_error, 2}});
  table.row({"exact filter", {best.score.exact, 5}, "", "", 1.0, ""});
  std::cout << table << '\n';

  chapter.results.set("variant", best.name);
  report(chapter, best, "");
  for (const Variant& v : variants) report(chapter, v, v.name + ".");
  chapter.figure("learning", learning_figure(variants, best, data));
  chapter.figure("track", track_figure(best, data));
  claim(chapter, s, data, variants, best, as_published);
}

}  // namespace

int main(int argc, char** argv) {
  Arguments arguments("10-filtering-posterior",
                      "Learning a filtering posterior from actions and observations alone");
  Settings s;
  arguments.text("pomdp", "FILE", s.pomdp, "the model to learn from, in the .pomdp format (default: Tiger)");
  arguments.numbers(
      "action-weights", "W,W,…", s.action_weights,
      "the policy: one weight an action, in the file's order (Tiger: 0.9,0.05,0.05; else uniform)");
  arguments.integer("horizon", s.horizon, {1, 4096}, "steps an episode");
  arguments.integer("steps", s.steps, {1, 10'000'000, 600}, "training steps of each variant");
  arguments.integer("batch", s.batch, {1, 4096}, "episodes a training step");
  arguments.integer("latent", s.latent, {1, 1024}, "width of the latent");
  arguments.integer("hidden", s.hidden, {1, 4096}, "width of the networks");
  return run_chapter(arguments, argc, argv, [&](Chapter& chapter) { run(chapter, s); });
}
