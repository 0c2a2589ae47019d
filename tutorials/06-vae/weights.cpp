// How fast the importance-weighted bound closes: where the weights have a variance, and where they have none.

#include "figures.h"

using namespace doxa;
using namespace doxa::support;

double second_moment(double variance) {
  return variance > 0.5 ? variance / std::sqrt(2 * variance - 1) : std::numeric_limits<double>::infinity();
}

// With S the average of K independent weights over p(x), log S = ∫ (e^{-t} - e^{-tS}) dt/t, and
// E[e^{-tS}] = E[e^{-t w/K}]^K: the gap -E[log S] is a sum over t of a sum over z, without sampling error.
std::vector<double> gaps_of_ignored_latent(double variance, int decades) {
  constexpr int a_decade = 20;  // steps of log t
  const double step = std::log(10.0) / a_decade;
  const int first = -20 * a_decade, last = 4 * a_decade;  // of log10 t
  const auto log_laplace = [&](double t) {                // log E[e^{-t w}]
    double sum = 0;
    constexpr double width = 0.02, reach = 24;  // of z/σ
    for (int i = 0; i * width <= reach; ++i) {
      const double e = i * width, half_square = e * e / 2;
      const double log_weight = std::log(variance) / 2 + (1 - variance) * half_square;
      sum += (i == 0 ? 0.5 : 1.0) * std::exp(-half_square) * std::expm1(-std::exp(std::log(t) + log_weight));
    }
    return std::log1p(std::max(-1.0, 2 * width * sum / std::sqrt(2 * std::numbers::pi)));
  };
  std::vector<double> log_l;  // of t = 10^{i / a_decade}, from i = first - decades * a_decade
  for (int i = first - decades * a_decade; i <= last; ++i) log_l.push_back(log_laplace(std::exp(i * step)));
  std::vector<double> gaps;
  for (int d = 0; d <= decades; ++d) {
    const double K = std::pow(10.0, d);
    double sum = 0;
    for (int i = first; i <= last; ++i) {
      const double log_of_average = K * log_l[static_cast<std::size_t>(i - first + (decades - d) * a_decade)];
      const double t = std::exp(i * step);
      sum += t < 1 ? std::exp(-t) * std::expm1(log_of_average + t) : std::exp(log_of_average) - std::exp(-t);
    }
    gaps.push_back(sum * step);
  }
  return gaps;
}

std::vector<double> smaller_variances(Vae& vae, const Tensor& x) {
  std::vector<double> all;
  for (const PlanePosterior& q : posteriors(vae, x)) {
    const double scale = std::min(q.scale[0], q.scale[1]);
    all.push_back(scale * scale);
  }
  return all;
}

namespace {

// The share of p(z|x) that lies more than four σ_j from μ_j in some coordinate j, averaged over some data.
double share_out_of_reach(Vae& vae, const Sample& data, Index count) {
  const DecodedPrior model = decode_prior(vae, normal_quadrature(0.05, 6.5));
  const std::vector<PlanePosterior> q = posteriors(vae, data.x);
  const std::vector<double>& log_prior = model.latent.log_weights;
  double total = 0;
  for (std::size_t i = 0; i < static_cast<std::size_t>(count); ++i) {
    double all = 0, out = 0;
    for (std::size_t j = 0; j < log_prior.size(); ++j) {
      const auto node = static_cast<Index>(j);
      const double d1 = (data.points[i][0] - model.means[j][0]) / model.scale,
                   d2 = (data.points[i][1] - model.means[j][1]) / model.scale;
      const double mass = std::exp(log_prior[j] - (d1 * d1 + d2 * d2) / 2);
      const double e1 = (double{model.latent.nodes(node, 0)} - q[i].loc[0]) / q[i].scale[0],
                   e2 = (double{model.latent.nodes(node, 1)} - q[i].loc[1]) / q[i].scale[1];
      all += mass;
      if (std::max(std::abs(e1), std::abs(e2)) > 4) out += mass;
    }
    total += out / all;
  }
  return total / static_cast<double>(count);
}

}  // namespace

void weights(Chapter& chapter, Vae& vae, const Sample& held_out, const Scores& scores, bool as_in_the_text) {
  const std::vector<double> variances = {0.8, 0.6, 0.5, 0.25};
  constexpr int decades = 6;
  std::cout << "K times the gap log p(x) - L_K. First a latent that the decoder ignores, with q = N(0, σ²),\n"
               "exactly; then the networks on held-out data.\n\n";
  Table by_hand({{"σ²", 2},
                 {"½ Var(w)/p²", 3},
                 {"K = 1", 3},
                 {"10", 3},
                 {"100", 3},
                 {"1000", 3},
                 {"10⁴", 3},
                 {"10⁵", 3},
                 {"10⁶", 3}});
  std::vector<std::vector<double>> gaps;
  for (const double variance : variances) {
    gaps.push_back(gaps_of_ignored_latent(variance, decades));
    std::vector<Cell> row{variance, (second_moment(variance) - 1) / 2};
    for (int d = 0; d <= decades; ++d)
      row.emplace_back(std::pow(10.0, d) * gaps.back()[static_cast<std::size_t>(d)]);
    by_hand.row(row);
  }
  chapter.print("ignored", by_hand);
  Table learned({"K", {"log p(x) - L_K", 3}, {"± se", 2}, {"K times that", 2}});
  for (const ImportanceWeighted& w : scores.by_K) {
    const MeanEstimate gap = sample_mean_difference(scores.evidence, w.bound);
    learned.row({w.K, gap.mean, gap.standard_error, static_cast<double>(w.K) * gap.mean});
  }
  std::cout << '\n';
  chapter.print("gaps", learned);
  const std::vector<double> narrow = smaller_variances(vae, held_out.x);
  const double widest = *std::ranges::max_element(narrow);
  const double out = share_out_of_reach(vae, held_out, held_out.x.shape()[0] / 4);
  std::cout << "\nOf each posterior take the smaller σ_j². Over " << narrow.size()
            << " held-out data the largest of these is " << significant(widest, 3) << ".\nOf p(z|x), "
            << significant(100 * out, 2)
            << " % lie more than four σ from q's centre, where q makes one draw in 8000.\n\n";
  chapter.results.set("share_out_of_reach", out, spread.gap);
  chapter.results.set("widest_smaller_variance", widest, 0.3);
  chapter.figure("gaps", gaps_figure(variances, gaps, scores));

  Claims& claims = chapter.claims;
  double of_one = 0;
  for (std::size_t i = 0; i < variances.size(); ++i)
    of_one = worse(of_one, std::abs(gaps[i][0] - ((variances[i] - 1) / 2 - std::log(variances[i]) / 2)));
  claims.equal(
      "(06.6) the gap of one sample, by Laplace transform, is KL(q ‖ p) in closed form: the largest error",
      of_one, 0, 1e-9, "sums on fine lattices");
  claims.equal("(06.11) σ² = 0.8: a million times the gap of K = 10⁶ is ½ Var(w)/p²", 1e6 * gaps[0].back(),
               (second_moment(0.8) - 1) / 2, 1e-4,
               "the next term of the expansion is of order 1/K; sums on fine lattices");
  claims.at_least(
      "(06.11) σ² = 0.25, no variance: K times the gap grows tenfold and more from K = 10³ to 10⁶",
      1e3 * gaps[3][6] / gaps[3][3], 10, 0, "a weight of tail index 4/3 has a gap of order K^{-1/3}");
  if (as_in_the_text)
    claims.at_most("(06.10) no held-out datum's weights have a variance: the largest of the smaller σ_j²",
                   widest, 0.5, 0, "what the encoder gives, to be compared with ½");
}
