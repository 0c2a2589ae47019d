#include <stdexcept>

#include "memory.h"
#include "sections.h"

using namespace doxa;
using namespace doxa::support;

namespace {

// By how much the loss of a exceeds that of b on average over the held-out episodes, less 4 standard errors,
// in nats per step.
double surely_worse_by(const LearnedBelief& a, const LearnedBelief& b) {
  const MeanEstimate e = estimate_mean_difference(a.score.nll, b.score.nll);
  return e.mean - 4 * e.standard_error;
}

}  // namespace

std::size_t Learned::at(std::string_view name) const {
  const auto found = std::ranges::find(scores, name, &LearnedBelief::name);
  if (found == scores.end()) throw std::logic_error("no variant is called " + std::string(name));
  return static_cast<std::size_t>(found - scores.begin());
}

void claim_no_leak(Chapter& chapter, Learned& learned) {
  const EpisodeData& data = learned.data;
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
  for (BeliefVariant<RssmLearner>& v : learned.models) {
    Philox one(1), two(1);
    const StepTable p = predictive(v.model, seen, 8, one), q = predictive(v.model, other, 8, two);
    for (std::size_t i = 0; i < seen.size(); ++i)
      for (std::size_t k = 1; k <= half + 1; ++k)
        for (std::size_t o = 0; o < O; ++o)
          moved = std::max(moved, std::abs(p.row(i, k)[o] - q.row(i, k)[o]));
  }
  chapter.claims.equal(
      "no variant's prediction moves when the observation it is about, and all that follows, is changed",
      moved, 0, 0, "none: the same numbers are computed from the same inputs");  // (11.7)
}

void claim_three(Chapter& chapter, const Learned& learned) {
  const bool quick = chapter.quick();
  const LearnedBelief &planet = learned.score("planet"), &belief = learned.score("belief"),
                      &discrete = learned.score("discrete");
  const double memory = estimate_mean(learned.data.last).mean - estimate_mean(learned.data.exact).mean;
  chapter.claims.at_least(
      "planet predicts worse than belief by more than 4 standard errors, by nats per step",
      surely_worse_by(planet, belief), 0, 0, "the standard errors are in the difference");
  chapter.claims.at_least(
      "planet predicts worse than discrete, which sees no more, by more than 4 standard errors",
      surely_worse_by(planet, discrete), 0, quick ? 0.03 : 0,
      quick ? "nats: after a twentieth of the training both still have most of what memory is worth to learn"
            : "the standard errors are in the difference");
  // Of two models with one kind of latent, the one whose summary sees samples, and the other.
  const double price = belief.score.mean_bound() - planet.score.mean_bound();
  chapter.results.set("sampled_past.bound", price, 0.02);
  chapter.results.set("sampled_past.nll", planet.score.memory.model - belief.score.memory.model, 0.005);
  chapter.results.set("sampled_past.percent", 100 * price / memory, 25);
  chapter.results.set("memory_is_worth", memory);
  if (!quick)
    chapter.claims.at_least(
        "a past of normal samples costs the bound a fifth of what memory is worth, or more (share of it)",
        price / memory, 0.2, 0, "trainings differ: 0.35 to 0.44 over four of them");
  // The gap (11.4) closes.
  chapter.claims.at_most("belief: its latent is empty, KL per step", belief.score.mean_kl(),
                         quick ? 0.05 : 0.01, 0, "nats per step, where 0.05 counts as being in use");
  chapter.claims.at_most(
      "belief: its bound is tight: what it lacks to the exact evidence, as a share of what memory is worth",
      (belief.score.memory.exact + belief.score.mean_bound()) / -memory, quick ? 0.6 : 0.1, 0,
      "a tenth; training ends somewhere above 0");
  chapter.claims.at_least("discrete: its latent is in use, KL per step", discrete.score.mean_kl(), 0.05, 0,
                          "what counts as being in use");
  if (!quick)
    chapter.claims.equal(
        "discrete: its KL is the mean surprise of the observations, so that the latent tells nearly all of "
        "them",
        discrete.score.mean_kl(), discrete.score.memory.exact, 0.1,
        "a fifth of the surprise: the rest is for the emission to explain");
  // How many roars a memory of samples would have to mishear for such a bound.
  double low = 0, high = 0.5;
  for (int i = 0; i < 50; ++i) {
    const double share = 0.5 * (low + high);
    (nats_a_step(0.9, share, learned.data.horizon) < -planet.score.mean_bound() ? low : high) = share;
  }
  std::cout << "The bound of planet is the best one of a memory of samples that mishears "
            << significant(low, 2) << " of the roars.\n\n";
  chapter.results.set("planet.as_if_misheard", low, 0.08);
  const MeanEstimate exact = estimate_mean(learned.data.exact);
  chapter.claims.equal("the exact filter's nats per step: of the episodes, and by the walk of the net count",
                       exact.mean, nats_a_step(0.9, 0, learned.data.horizon), 4 * exact.standard_error,
                       "4 standard errors over held-out episodes");
}

void claim_balance(Chapter& chapter, const Learned& learned) {
  if (chapter.quick()) return;  // codes have not formed yet
  const LearnedBelief &plain = learned.score("discrete-plain"), &half = learned.score("discrete-0.5"),
                      &most = learned.score("discrete");
  chapter.claims.at_least(
      "the plain bound trains a worse predictor than (11.6) with α = 0.5, by 4 standard errors",
      surely_worse_by(plain, half), 0, 0, "the standard errors are in the difference");
  chapter.claims.at_least("and α = 0.5 a worse one than α = 0.95, by 4 standard errors",
                          surely_worse_by(half, most), 0, 0, "the standard errors are in the difference");
}

void claim_table(Chapter& chapter, const std::vector<LearnedBelief>& seven, double most_missed_by_a_probe) {
  const bool quick = chapter.quick();
  const LearnedBelief* live = best_live_of(seven);
  chapter.claims.at_least("Tiger: memory_score of the chosen variant", best_of(seven).score.memory.score,
                          quick ? 0.5 : 0.97, 0,
                          quick ? "half of what memory is worth, after a twentieth of the training"
                                : "what this chapter set out to reach; the table has its standard error");
  chapter.claims.at_least("Tiger: memory_score of the best variant whose latent is in use",
                          live ? live->score.memory.score : 0, quick ? 0.3 : 0.92, 0,
                          quick ? "a third of what memory is worth" : "what this chapter set out to reach");
  chapter.claims.at_most(
      "Tiger: a linear probe misses little of the belief in any summary; the largest KL as a share "
      "of that of who knows the actions only",
      most_missed_by_a_probe, quick ? 1 : 0.1, 0,
      quick ? "all of it, after a twentieth of the training"
            : "a tenth, which is what the page calls little");
}
