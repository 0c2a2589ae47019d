#include <stdexcept>

#include "doxa/models/pomdp/belief.h"
#include "sections.h"

using namespace doxa;
using namespace doxa::support;

namespace {

const LearnedBelief& named(const std::vector<LearnedBelief>& all, std::string_view name) {
  const auto found = std::ranges::find(all, name, &LearnedBelief::name);
  if (found == all.end()) throw std::logic_error("no variant is called " + std::string(name));
  return *found;
}

// By how much the loss of a exceeds that of b on average over the held-out episodes, less 4 standard errors,
// in nats per step.
double surely_worse_by(const LearnedBelief& a, const LearnedBelief& b) {
  const MeanEstimate e = estimate_mean_difference(a.score.nll, b.score.nll);
  return e.mean - 4 * e.standard_error;
}

}  // namespace

void claim_no_leak(Chapter& chapter, const EpisodeData& data, Trained& trained) {
  const std::size_t A = data.pomdp.actions.size(), O = data.pomdp.observations.size();
  std::vector<Trajectory> seen(
      data.held_out.begin(),
      data.held_out.begin() + static_cast<std::ptrdiff_t>(std::min<std::size_t>(16, data.held_out.size())));
  std::vector<Trajectory> other = seen;
  const std::size_t half = seen[0].horizon() / 2;
  for (Trajectory& t : other)
    for (std::size_t k = half; k < t.horizon(); ++k) {
      t.observations[k] = (t.observations[k] + 1) % O;
      if (k > half) t.actions[k] = (t.actions[k] + 1) % A;
    }
  double moved = 0;
  for (BeliefVariant<RssmLearner>& v : trained) {
    Philox one(1), two(1);
    const StepTable p = predictive(v.model, seen, 8, one), q = predictive(v.model, other, 8, two);
    for (std::size_t i = 0; i < seen.size(); ++i)
      for (std::size_t k = 1; k <= half + 1; ++k)
        for (std::size_t o = 0; o < O; ++o)
          moved = std::max(moved, std::abs(p.row(i, k)[o] - q.row(i, k)[o]));
  }
  chapter.claims.equal(
      "no variant's prediction moves when the observation it is about, and all that follows, is changed",
      moved, 0, 0, "none: the same numbers are computed from the same inputs");  // (11.9)
}

void claim_copied_observation(Chapter& chapter, const EpisodeData& data) {
  // q is certain of s = o_k, the prior is the exact predictive, and the emission is certain of o_k = s.
  double worst = 0, steps = 0;
  std::vector<double> p(data.pomdp.observations.size());
  const std::size_t shown = std::min<std::size_t>(50, data.held_out.size());
  for (std::size_t i = 0; i < shown; ++i) {
    const Trajectory& t = data.held_out[i];
    Belief belief = initial_belief(data.pomdp);
    double bound = 0;
    for (std::size_t k = 0; k < t.horizon(); ++k) {
      predict(data.pomdp, belief, t.actions[k]);
      predictive(data.pomdp, belief, t.actions[k], p);
      for (std::size_t s = 0; s < p.size(); ++s) {
        const double q = s == t.observations[k] ? 1 : 0, emission = q;
        if (q > 0) bound += q * (std::log(emission) - std::log(q / p[s]));  // (11.3) at (11.5)
      }
      condition(data.pomdp, belief, t.actions[k], t.observations[k]);
    }
    worst = std::max(worst, std::abs(bound - belief.log_evidence));
    steps = std::max(steps, static_cast<double>(t.horizon()) * (1 + std::abs(belief.log_evidence)));
  }
  chapter.claims.at_most(
      "a latent that is the observation, with the exact predictive as its prior: bound − evidence, in nats",
      worst, 0, 4e-16 * steps * static_cast<double>(p.size()),
      "rounding of the sums over steps and observations");
}

void claim_tiger(Chapter& chapter, const EpisodeData& data, const std::vector<LearnedBelief>& learned) {
  const bool quick = chapter.quick();
  const LearnedBelief &planet = named(learned, "planet"), &belief = named(learned, "belief"),
                      &discrete = named(learned, "discrete");
  const LearnedBelief* live = best_live_of(learned);
  const double memory = estimate_mean(data.last).mean - estimate_mean(data.exact).mean;
  chapter.claims.at_least("Tiger: memory_score of the chosen variant", best_of(learned).score.memory.score,
                          quick ? 0.5 : 0.97, 0,
                          quick ? "half of what memory is worth, after a twentieth of the training"
                                : "what this chapter set out to reach; the table has its standard error");
  chapter.claims.at_least("Tiger: memory_score of the best variant whose latent is in use",
                          live ? live->score.memory.score : 0, quick ? 0.3 : 0.92, 0,
                          quick ? "a third of what memory is worth" : "what this chapter set out to reach");
  // The gap (11.4) closes.
  chapter.claims.at_most("belief: its latent is empty, KL per step", belief.score.mean_kl(),
                         quick ? 0.05 : 0.01, 0, "nats per step, where 0.05 counts as being in use");
  chapter.claims.at_most(
      "belief: its bound is tight: what it lacks to the exact evidence, as a share of what memory is worth",
      (belief.score.memory.exact + belief.score.mean_bound()) / -memory, quick ? 0.6 : 0.1, 0,
      "a tenth; training ends somewhere above 0");
  chapter.claims.at_least(
      "planet predicts worse than belief by more than 4 standard errors, by nats per step",
      surely_worse_by(planet, belief), 0, 0, "the standard errors are in the difference");
  chapter.claims.at_least(
      "planet predicts worse than discrete, which sees no more, by more than 4 standard errors",
      surely_worse_by(planet, discrete), 0, 0, "the standard errors are in the difference");
  chapter.claims.at_least("discrete: its latent is in use, KL per step", discrete.score.mean_kl(), 0.05, 0,
                          "what counts as being in use");
}
