#include <algorithm>
#include <cmath>
#include <iostream>
#include <limits>
#include <numeric>

#include "support/belief_learning/experiment.h"
#include "support/table.h"

namespace doxa::support {
namespace {

// `any`: these are the values of whichever variant was best, and the next best may be of another kind.
void set(Chapter& chapter, const std::string& prefix, const BeliefVariant& v, bool any = false) {
  Results& results = chapter.results;
  results.set(prefix + "memory_score", v.score.score, spread.score);
  results.set(prefix + "memory_score_se", v.score.standard_error, spread.score_error);
  results.set(prefix + "exact_nll", v.score.exact);
  results.set(prefix + "last_nll", v.score.last);
  results.set(prefix + "model_nll", v.score.model, spread.nll);
  results.set(prefix + "elbo", v.mean_bound(), spread.bound);
  results.set(prefix + "minus_bound", -v.mean_bound(), spread.bound);
  results.set(prefix + "kl", v.mean_kl(), any ? std::log(2.0) : spread.kl);
  results.set(prefix + "steps", static_cast<double>(v.done), any ? static_cast<double>(v.done) : 0.5);
  results.set(prefix + "seconds", v.seconds);
}

bool better(const BeliefVariant& a, const BeliefVariant& b) { return a.validation < b.validation; }

double largest_deviation_from_one(const BeliefVariant& v, std::size_t outcomes) {
  double worst = 0;
  for (const std::vector<double>& p : v.predictions)
    for (std::size_t at = 0; at < p.size(); at += outcomes) {
      const auto row = std::span(p).subspan(at, outcomes);
      worst = std::max(worst, std::abs(std::accumulate(row.begin(), row.end(), 0.0) - 1));
    }
  return worst;
}

// sign · x - y, episode by episode.
MeanAndError difference(const std::vector<double>& x, const std::vector<double>& y, double sign) {
  std::vector<double> d;
  for (std::size_t i = 0; i < x.size(); ++i) d.push_back(sign * x[i] - y[i]);
  return mean_and_error(d);
}

}  // namespace

const BeliefVariant& chosen(const std::vector<BeliefVariant>& variants) {
  return *std::ranges::min_element(variants, better);
}

const BeliefVariant* chosen_live(const std::vector<BeliefVariant>& variants) {
  const BeliefVariant* best = nullptr;
  for (const BeliefVariant& v : variants)
    if (v.live() && (!best || better(v, *best))) best = &v;
  return best;
}

void report(Chapter& chapter, const BeliefSettings& s, const std::vector<BeliefVariant>& variants) {
  const BeliefVariant& best = chosen(variants);
  const BeliefVariant* live = chosen_live(variants);
  std::cout << "\nnats per step on the held-out episodes (" << s.samples << " samples of the belief)\n\n";
  Table table({"predictor", "nll", "−bound", "KL(q‖p)", "memory score", "± se", "seconds"});
  table.row({"last observation", {best.score.last, 5}, "", "", 0.0, "", ""});
  for (const BeliefVariant& v : variants)
    table.row({v.name() + (&v == &best  ? " (chosen)"
                           : &v == live ? " (best with a live latent)"
                                        : ""),
               {v.score.model, 5},
               {-v.mean_bound(), 5},
               {v.mean_kl(), 3},
               {v.score.score, 4},
               {v.score.standard_error, 2},
               {v.seconds, 2}});
  table.row({"exact filter", {best.score.exact, 5}, "", "", 1.0, "", ""});
  std::cout << table << '\n';

  chapter.results.set("variant", best.name());
  set(chapter, "", best, true);
  if (live) {
    chapter.results.set("live.variant", live->name());
    set(chapter, "live.", *live, true);
  }
  for (const BeliefVariant& v : variants) set(chapter, v.name() + ".", v);
}

void claim_bounds(Chapter& chapter, const BeliefSettings& s, const BeliefData& data,
                  const std::vector<BeliefVariant>& variants) {
  const std::size_t outcomes = data.pomdp.observations.size();
  double worst = 0;
  for (const BeliefVariant& v : variants) worst = std::max(worst, largest_deviation_from_one(v, outcomes));
  const double u = std::numeric_limits<Real>::epsilon() / 2;
  chapter.claims.at_most("every predictive distribution sums to 1; the largest deviation", worst, 0,
                         4 * u * static_cast<double>(outcomes + static_cast<std::size_t>(s.samples)),
                         "4u times the number of terms in the sums: what rounding can do");
  for (const BeliefVariant& v : variants) {
    const MeanAndError slack = difference(v.bound, data.exact, -1);
    chapter.claims.at_least(v.name() + ": the bound stays below the exact evidence, nats per step",
                            slack.mean, 0, 4 * slack.standard_error,
                            "E[bound] ≤ E[log p_θ] ≤ E[log p]; 4 standard errors over held-out episodes");
    const MeanAndError excess = difference(v.nll, data.exact, 1);
    chapter.claims.at_least(v.name() + ": no prediction beats the Bayes filter, model_nll − exact_nll",
                            excess.mean, 0, 4 * excess.standard_error,
                            "the excess is a KL in expectation; 4 standard errors over held-out episodes");
  }
}

}  // namespace doxa::support
