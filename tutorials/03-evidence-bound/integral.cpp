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

double log_likelihood(double z) {
  return -(std::log(2 * std::numbers::pi) + (typical.x - z) * (typical.x - z)) / 2;
}

double log_normal(double z, const ScalarNormal& q) {
  return -(std::log(2 * std::numbers::pi * q.variance) + (z - q.mean) * (z - q.mean) / q.variance) / 2;
}

constexpr std::array<int, 7> dimensions{1, 2, 5, 10, 20, 40, 80};

}  // namespace

void integral(Chapter& chapter) {
  const int draws = chapter.quick() ? 20'000 : 100'000, few = 100;
  Philox random(chapter.seed(), prior_draws);
  std::array<std::vector<double>, dimensions.size()> ratio, log_weight;  // w / p(x) of the prior, log w of q
  const double evidence = log_evidence(typical);
  for (int i = 0; i < draws; ++i) {
    double log_ratio = 0;
    for (int d = 1, k = 0; d <= dimensions.back(); ++d) {
      log_ratio += log_likelihood(random.normal()) - evidence;
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
      sum += log_likelihood(z) + log_normal(z, {0, 1}) - log_normal(z, q);
      if (d == dimensions[static_cast<std::size_t>(k)])
        log_weight[static_cast<std::size_t>(k++)].push_back(sum);
    }
  }

  const double per_dimension = 2 / std::sqrt(3.0) * std::exp(typical.x * typical.x / 6);  // (03.2)
  std::cout << "d hidden numbers, each read once. The evidence by " << draws
            << " draws of the prior, and the bound V\n"
            << "by " << few
            << " draws of a q that is 1/10 deviation from the posterior in each coordinate:\n\n";
  Table table({"d", "log p(x)", "log of the average", {"draws needed for ± 10 %", 2}, "V", {"± se", 2}}, 5);
  for (std::size_t k = 0; k < dimensions.size(); ++k) {
    const double exact = dimensions[k] * evidence, average = sample_mean(ratio[k]).mean;
    const MeanEstimate v = sample_mean(log_weight[k]);
    table.row({dimensions[k], exact, exact + std::log(average),
               100 * (std::pow(per_dimension, dimensions[k]) - 1), v.mean, v.standard_error});
    chapter.results.set("integral.miss_d" + std::to_string(dimensions[k]), std::log(average));
  }
  std::cout << table << '\n';
  chapter.results.set("printed.integral", table.text());
  chapter.results.set("integral.growth", per_dimension);

  std::vector<double> squared = ratio[1];
  for (double& r : squared) r *= r;
  const MeanEstimate second = sample_mean(squared);
  chapter.claims.equal(
      "(03.2) for d = 2 the squared weight of a prior draw over p(x)² has the mean ((2/√3) e^(x²/6))²",
      second.mean, per_dimension * per_dimension, 4 * second.standard_error,
      "exact in expectation; these weights are bounded; 4 standard errors");
}
