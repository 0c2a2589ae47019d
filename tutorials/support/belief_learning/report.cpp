#include <numeric>

#include "support/belief_learning/experiment.h"
#include "support/sample_mean.h"

namespace doxa::support {
namespace {

// `any`: the values of whichever variant is best. On another machine that may be another one, so the
// tolerances are wide.
void set(Chapter& chapter, const std::string& prefix, const LearnedBelief& v, bool any = false) {
  Results& results = chapter.results;
  results.set(prefix + "memory_score", v.score.memory.score, spread.score);
  results.set(prefix + "memory_score_se", v.score.memory.standard_error, spread.score_error);
  results.set(prefix + "exact_nll", v.score.memory.exact);
  results.set(prefix + "last_nll", v.score.memory.last);
  results.set(prefix + "model_nll", v.score.memory.model, spread.nll);
  results.set(prefix + "sampling", v.score.sampling, spread.sampling);
  results.set(prefix + "elbo", v.score.mean_bound(), spread.bound);
  results.set(prefix + "minus_bound", -v.score.mean_bound(), spread.bound);
  results.set(prefix + "kl", v.score.mean_kl(), any ? std::log(2.0) : spread.kl);
  results.set(prefix + "steps", static_cast<double>(v.training.steps),
              any ? static_cast<double>(v.training.steps) : 0.5);
  if (v.training.on_shorter_schedule > 0)
    results.set(prefix + "steps_on_shorter_schedule", static_cast<double>(v.training.on_shorter_schedule));
  results.set(prefix + "seconds", v.seconds);
}

// A number, or a dash where there is none.
Cell number_or_dash(double value) { return std::isnan(value) ? Cell("–") : Cell(value); }

// Says why a score or its error is not a number.
void explain_score(const MemoryScore& m) {
  if (std::isnan(m.score))
    std::cout << "No memory score: on these episodes the exact filter predicts no better than the last "
                 "observation, "
                 "so there is\nnothing for memory to gain (the difference is "
              << significant(m.last - m.exact, 2)
              << " nats per step, within the error of counting and rounding).\n\n";
  else if (std::isnan(m.standard_error) && std::isfinite(m.score))
    std::cout << "No standard error of the memory score: it depends on a single episode.\n\n";
}

// The binary entropy, in nats.
double entropy_of(double p) { return p <= 0 || p >= 1 ? 0 : -p * std::log(p) - (1 - p) * std::log1p(-p); }

double largest_deviation_from_one(const StepTable& predictions) {
  double worst = 0;
  for (std::size_t i = 0; i < predictions.trajectories(); ++i)
    for (std::size_t k = 1; k <= predictions.steps(i); ++k) {
      const auto row = predictions.row(i, k);
      worst = std::max(worst, std::abs(std::accumulate(row.begin(), row.end(), 0.0) - 1));
    }
  return worst;
}

}  // namespace

void report(Chapter& chapter, const BeliefSettings& s, const std::vector<LearnedBelief>& learned) {
  const LearnedBelief& best = best_of(learned);
  const LearnedBelief* live = best_live_of(learned);
  std::cout << "\nnats per step on the held-out episodes, from " << s.samples
            << " samples of the belief; so many make the nll too high by what\nstands under “sampling”, on "
               "average\n\n";
  Table table({"predictor",
               {"−bound", 5},
               {"KL(q‖p)", 3},
               {"nll", 5},
               {"sampling", 2},
               "memory score",
               {"± se", 2},
               {"seconds", 2}});
  table.row({"last observation", "", "", best.score.memory.last, "", 0.0, "", ""});
  for (const LearnedBelief& v : learned)
    table.row({v.name + (&v == &best  ? " (chosen)"
                         : &v == live ? " (best with a live latent)"
                                      : ""),
               -v.score.mean_bound(), v.score.mean_kl(), v.score.memory.model, v.score.sampling,
               number_or_dash(v.score.memory.score), number_or_dash(v.score.memory.standard_error),
               v.seconds});
  table.row({"exact filter", "", "", best.score.memory.exact, "", 1.0, "", ""});
  std::cout << table << '\n';
  explain_score(best.score.memory);
  for (const LearnedBelief& v : learned)
    if (const Index steps = v.training.on_shorter_schedule; steps > 0)
      std::cout << v.name << ": the learning rates of the first " << steps
                << " steps were those of a shorter run, so this is not the run of " << v.training.steps
                << " steps\nfrom the beginning (which --schedule prepares for).\n\n";

  chapter.results.set("variant", best.name);
  set(chapter, "", best, true);
  if (live) {
    chapter.results.set("live.variant", live->name);
    set(chapter, "live.", *live, true);
  }
  for (const LearnedBelief& v : learned) set(chapter, v.name + ".", v);
}

void claim_bounds(Chapter& chapter, const BeliefSettings& s, const EpisodeData& data,
                  const std::vector<LearnedBelief>& learned) {
  const auto outcomes = static_cast<double>(data.pomdp.observations.size()),
             states = static_cast<double>(data.pomdp.states.size()), samples = static_cast<double>(s.samples),
             episodes = static_cast<double>(data.held_out.size()), steps = static_cast<double>(data.horizon);
  double worst = 0;
  for (const LearnedBelief& v : learned)
    worst = std::max(worst, largest_deviation_from_one(v.score.predictions));
  chapter.claims.at_most("every predictive distribution sums to 1; the largest deviation", worst, 0,
                         4 * u * (outcomes + samples),
                         "4u times the number of terms in the sums: what rounding can do");

  // A standard error says nothing of what is too rare to have occurred. Of the likelihood ratio of any
  // predictor to the exact one, R = Π p̂(o)/p(o) over all held-out steps, E R ≤ 1, so that P(log R ≥ log N) ≤
  // 1/N: so much, per step, the prediction may seem better than the exact one by chance.
  const double chance = std::log(runs_within_chance) / (episodes * steps);
  const double terms = outcomes + samples + states + steps + episodes,
               size = estimate_mean(data.exact).mean;  // what rounding depends on
  // Tiger has enough held-out steps for what is rare to occur.
  const bool tiger = s.pomdp.file.empty() && s.episodes.empty() && s.horizon >= BeliefSettings{}.horizon;
  const double memory = estimate_mean(data.last).mean - size;  // what it is worth
  for (const LearnedBelief& v : learned) {
    std::vector<double> minus_bound = v.score.bound;
    for (double& b : minus_bound) b = -b;
    const std::string or_else = s.episodes.empty() ? "" : "; if it fails, data and model may disagree";
    const MeanEstimate slack = estimate_mean_difference(minus_bound, data.exact);
    // The bound has few draws of the latent a step. If draws of probability π or less do not occur, it is, to
    // within H(π) + π KL, that of a q without them: KL(q‖p) ≥ (1 - π) KL(q'‖p) - H(π).
    const double unseen = tiger ? 0 : entropy_of(std::min(chance, 0.5)) + chance * v.score.mean_kl();
    const std::string too_rare = unseen == 0 ? "" : ", and draws too rare to have occurred";
    chapter.claims.at_least(
        v.name + ": the bound stays below the exact evidence, nats per step", slack.mean, 0,
        errors_or_rounding(4, slack, terms, size) + unseen,
        "E[bound] ≤ E[log p_θ] ≤ E[log p]; 4 standard errors over held-out episodes" + too_rare + or_else);
    const MeanEstimate excess = estimate_mean_difference(v.score.nll, data.exact);
    chapter.claims.at_least(
        v.name + ": no prediction beats the Bayes filter, model_nll − exact_nll", excess.mean, 0,
        std::max(errors_or_rounding(4, excess, terms, size), chance),
        "the excess is a KL in expectation; 4 standard errors over held-out episodes, or what "
        "the likelihood ratio exceeds by chance" +
            or_else);
    if (!tiger) continue;  // too few draws elsewhere for a standard error to be trusted
    const MeanEstimate gap = estimate_mean_difference(minus_bound, v.score.nll);
    chapter.claims.at_least(
        v.name + ": the bound stays below the model's own log-evidence, nats per step", gap.mean, 0,
        errors_or_rounding(4, gap, terms, size),
        "the gap is a KL in expectation, and of N samples still not negative; 4 standard errors");
    if (!chapter.quick() && !chapter.arguments().given("samples"))
      chapter.claims.at_most(
          v.name + ": what the nll is too high because N is finite, nats per step", v.score.sampling, 0,
          0.02 * memory,
          "a fiftieth of what memory is worth; if it fails, take more samples: --samples " +
              std::to_string(8 * s.samples));
  }
}

}  // namespace doxa::support
