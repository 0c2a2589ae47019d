// The integral (03.1) by averaging over the prior: right in expectation, and of no use in many dimensions.

#include <array>

#include "doxa/autograd/random.h"
#include "scalar_model.h"
#include "sections.h"
#include "support/sample_mean.h"

using namespace doxa;
using namespace doxa::support;

namespace {

// d hidden numbers, each with a reading of its own, all readings typical: x² is its mean, 1 + s² = 2.
const ScalarModel typical{std::numbers::sqrt2};

// Off by how much, as a reader would say it.
std::string factor(double log_ratio) {
  if (std::abs(log_ratio) < 0.1) return decimal(100 * std::expm1(log_ratio), 1) + " %";
  return "factor " + significant(std::exp(std::abs(log_ratio)), 2);
}

constexpr std::array<int, 7> dimensions{1, 2, 5, 10, 20, 40, 80};

}  // namespace

void integral(Chapter& chapter) {
  const int draws = chapter.quick() ? 20'000 : 100'000, few = 100;
  Philox random(chapter.seed(), prior_draws);
  std::array<std::vector<double>, dimensions.size()> ratio,
      log_weights_of_q;  // w / p(x) of the prior, log w of q
  const double evidence = log_evidence(typical);
  for (int i = 0; i < draws; ++i) {
    double log_ratio = 0;
    for (int d = 1, k = 0; d <= dimensions.back(); ++d) {
      log_ratio += log_normal(typical.x, {random.normal(), 1}) - evidence;
      if (d == dimensions[static_cast<std::size_t>(k)])
        ratio[static_cast<std::size_t>(k++)].push_back(std::exp(log_ratio));
    }
  }
  ScalarNormal q = posterior(typical);
  q.mean += 0.1 * std::sqrt(q.variance);
  for (int i = 0; i < few; ++i) {
    double sum = 0;
    for (int d = 1, k = 0; d <= dimensions.back(); ++d) {
      const double z = q.mean + std::sqrt(q.variance) * random.normal();
      sum += log_weight(typical, q, z);
      if (d == dimensions[static_cast<std::size_t>(k)])
        log_weights_of_q[static_cast<std::size_t>(k++)].push_back(sum);
    }
  }

  const double per_dimension = 2 / std::sqrt(3.0) * std::exp(typical.x * typical.x / 6);  // (03.2)
  std::cout
      << "d hidden numbers, each read once with noise. p(x) is the mean of p(x|z) over draws of the prior.\n"
      << "Take " << draws
      << " draws and average. How far off is the average for 80 numbers? Guess first.\n\n";
  Table average_table({"d",
                       "log p(x)",
                       "log of the average",
                       "off by",
                       {"thinks it is within", 2},
                       {"draws needed for ± 10 %", 2}},
                      5);
  Table bound_table({"d", "log p(x)", "V", {"± se", 2}}, 5);
  for (std::size_t k = 0; k < dimensions.size(); ++k) {
    const double exact = dimensions[k] * evidence;
    const MeanEstimate r = sample_mean(ratio[k]), v = sample_mean(log_weights_of_q[k]);
    const double miss = std::log(r.mean), believed = r.standard_error / r.mean;
    average_table.row({dimensions[k], exact, exact + miss, factor(miss),
                       "± " + significant(100 * believed, 2) + " %",
                       100 * (std::pow(per_dimension, dimensions[k]) - 1)});
    bound_table.row({dimensions[k], exact, v.mean, v.standard_error});
    const std::string at = "_d" + std::to_string(dimensions[k]);
    chapter.results.set("integral.believed" + at, believed);
    chapter.results.set("integral.short" + at, -miss);
    chapter.results.set("integral.bound_short" + at, exact - v.mean);
  }
  chapter.print("integral", average_table);
  std::cout << "\nThe same numbers by " << few
            << " draws of a q near the posterior, and their mean log weight V:\n\n";
  chapter.print("integral-bound", bound_table);
  std::cout << '\n';
  chapter.results.set("integral.growth", per_dimension);

  std::vector<double> squared = ratio[1];
  for (double& r : squared) r *= r;
  const MeanEstimate second = sample_mean(squared);
  chapter.claims.equal(
      "(03.2) for d = 2 the squared weight of a prior draw over p(x)² has the mean ((2/√3) e^(x²/6))²",
      second.mean, per_dimension * per_dimension, 4 * second.standard_error,
      "exact in expectation; these weights are bounded; 4 standard errors");
  const MeanEstimate bound = sample_mean(log_weights_of_q.back());
  chapter.claims.equal(
      "(03.4) and 80 numbers whose q is 1/10 deviation off have V = log p(x) − 80 · ½ · 0.01, by 100 draws",
      80 * evidence - bound.mean, 0.4, 4.5 * bound.standard_error, "4.5 standard errors of 100 draws");
}
