#include "choice_model.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "doxa/distributions/normal.h"

namespace doxa {

namespace {

double bound(const Triple& p, const Triple& f) { return p[0] * f[0] + p[1] * f[1] + p[2] * f[2]; }

// log p(x, z) - log q(z) at the three values.
Triple log_weights(const ChoiceModel& model, const Triple& p) {
  Triple f = model.log_joint();
  for (std::size_t k = 0; k < 3; ++k) f[k] -= std::log(p[k]);
  return f;
}

// ∂f/∂z_k = (x - w·z) w_k / s² + log π_k - log p_k
Triple slope(const ChoiceModel& model, const Triple& p, const Triple& z) {
  const double off = (model.x - bound(z, model.w)) / (model.s * model.s);
  Triple d;
  for (std::size_t k = 0; k < 3; ++k) d[k] = off * model.w[k] + std::log(model.prior[k] / p[k]);
  return d;
}

// (diag(p) - p pᵀ) d
Triple through_softmax(const Triple& p, const Triple& d) {
  const double along = bound(p, d);
  return {p[0] * (d[0] - along), p[1] * (d[1] - along), p[2] * (d[2] - along)};
}

double variance_of(const Triple& p, const Triple& f) {
  const double F = bound(p, f);
  double variance = 0;
  for (std::size_t z = 0; z < 3; ++z) variance += p[z] * (f[z] - F) * (f[z] - F);
  return variance;
}

// Σ_j weight_j g_j and the variance about it.
class Weighted {
 public:
  void add(double weight, const Triple& g) {
    for (std::size_t i = 0; i < 3; ++i) {
      first_[i] += weight * g[i];
      second_[i] += weight * g[i] * g[i];
    }
  }
  ExactMoments moments() const {
    ExactMoments m{first_, second_};
    for (std::size_t i = 0; i < 3; ++i) {
      m.variance[i] -= first_[i] * first_[i];
      if (m.variance[i] < 1e-14 * second_[i]) m.variance[i] = 0;  // rounding of equal draws
    }
    return m;
  }

 private:
  Triple first_{}, second_{};
};

// use(weight, z) for the points z = softmax((log p + ε)/τ): the trapezoid rule over the two differences of
// the noise. The integrand is analytic within |Im d| < π τ (τ < 1), so the spacing 0.7 min(τ, 1/2) leaves
// e^-28 (Trefethen & Weideman 2014, SIAM Review 56(3)); beyond 36 lies e^-36 of the noise.
template <class Use>
void over_noise(const Triple& p, double temperature, Use use) {
  const double h = 0.7 * std::min(temperature, 0.5), reach = 36;
  const auto steps = static_cast<int>(reach / h);
  std::vector<double> d, e, power;
  for (int i = -steps; i <= steps; ++i) {
    d.push_back(i * h);
    e.push_back(std::exp(-d.back()));
    power.push_back(std::exp(d.back() / temperature));
  }
  Triple scale;  // p_k^(1/τ), in proportion
  for (std::size_t k = 0; k < 3; ++k) scale[k] = std::pow(p[k] / p[2], 1 / temperature);
  for (std::size_t i = 0; i < d.size(); ++i)
    for (std::size_t j = 0; j < d.size(); ++j) {
      const double total = 1 + e[i] + e[j], weight = h * h * 2 * e[i] * e[j] / (total * total * total);
      if (!(weight > 1e-18)) continue;  // less than 1e-12 of them all together
      const double a = scale[0] * power[i], b = scale[1] * power[j], sum = a + b + 1;
      use(weight, Triple{a / sum, b / sum, 1 / sum});
    }
}

// use(weight, corner, z) for the points z = softmax((log p + ε)/τ), corner by nearest corner: with t_i ≥ 0 by
// how much (log p + ε)_i stays behind the largest, that of k, (04.21) is 2 p_1 p_2 p_3 e^(t_i + t_j) /
// (p_k + p_i e^t_i + p_j e^t_j)³, and z in proportion to e^(-t/τ), smooth in t. The trapezoid rule in y with
// t = exp(y - e^-y) (Takahasi & Mori 1974, Publ. RIMS 9) has an error below 1e-12 at this spacing.
template <class Use>
void over_corners(const Triple& p, double temperature, Use use) {
  constexpr double h = 0.05, first = -3.7, last = 3.75;
  std::vector<double> growth, shrunk, weight;
  for (double y = first; y < last; y += h) {
    const double t = std::exp(y - std::exp(-y));
    growth.push_back(std::exp(t));
    shrunk.push_back(std::exp(-t / temperature));
    weight.push_back(h * t * (1 + std::exp(-y)));
  }
  for (std::size_t k = 0; k < 3; ++k)
    for (std::size_t a = 0; a < weight.size(); ++a)
      for (std::size_t b = 0; b < weight.size(); ++b) {
        const std::size_t i = (k + 1) % 3, j = (k + 2) % 3;
        const double total = p[k] + p[i] * growth[a] + p[j] * growth[b],
                     density = 2 * p[0] * p[1] * p[2] * growth[a] / total * growth[b] / total / total,
                     sum = 1 + shrunk[a] + shrunk[b];
        Triple z;
        z[k] = 1 / sum;
        z[i] = shrunk[a] / sum;
        z[j] = shrunk[b] / sum;
        use(weight[a] * weight[b] * density, k, z);
      }
}

Triple corner(std::size_t k) {
  Triple z{};
  z[k] = 1;
  return z;
}

}  // namespace

Triple softmax_of(const Triple& l) {
  const double largest = std::max({l[0], l[1], l[2]});
  Triple p{std::exp(l[0] - largest), std::exp(l[1] - largest), std::exp(l[2] - largest)};
  const double total = p[0] + p[1] + p[2];
  for (double& x : p) x /= total;
  return p;
}

double kl(const Triple& q, const Triple& p) {
  double sum = 0;
  for (std::size_t i = 0; i < 3; ++i)
    if (q[i] > 0) sum += q[i] * std::log(q[i] / p[i]);
  return sum;
}

Triple ChoiceModel::log_joint() const {
  Triple joint;
  for (std::size_t k = 0; k < 3; ++k) {
    const double off = (x - w[k]) / s;
    joint[k] = std::log(prior[k]) - off * off / 2 - std::log(s) - std::log(2 * std::numbers::pi) / 2;
  }
  return joint;
}

Triple ChoiceModel::posterior() const { return softmax_of(log_joint()); }

double ChoiceModel::log_evidence() const {
  const Triple joint = log_joint();
  return std::log(std::exp(joint[0]) + std::exp(joint[1]) + std::exp(joint[2]));
}

Var ChoiceModel::log_weight(Var z, const OneHotCategorical& q) const {
  const auto constant = [&](const Triple& t) {
    return z.tape().constant(
        Tensor(Shape{3}, {static_cast<Real>(t[0]), static_cast<Real>(t[1]), static_cast<Real>(t[2])}));
  };
  const Triple log_prior{std::log(prior[0]), std::log(prior[1]), std::log(prior[2])};
  const Var loc = sum(z * constant(w), -1), datum = z.tape().constant(static_cast<Real>(x)),
            scale = z.tape().constant(static_cast<Real>(s));
  const Var log_q = log_prob(q.detached(), z), log_p = sum(z * constant(log_prior), -1);
  return log_prob(Normal(loc, scale), datum) + log_p - log_q;  // log p(x | z) + log p(z) - log q(z)
}

Triple gradient_of_bound(const ChoiceModel& model, const Triple& logits) {
  const Triple p = softmax_of(logits);
  return through_softmax(p, log_weights(model, p));  // J(p) f, (04.14)
}

ExactMoments score_function(const ChoiceModel& model, const Triple& logits, double b) {
  const Triple p = softmax_of(logits), f = log_weights(model, p);
  Weighted sums;
  for (std::size_t z = 0; z < 3; ++z) {
    Triple g;
    for (std::size_t i = 0; i < 3; ++i) g[i] = (f[z] - b) * ((i == z) - p[i]);
    sums.add(p[z], g);
  }
  return sums.moments();
}

ExactMoments leave_one_out(const ChoiceModel& model, const Triple& logits, double n) {
  const Triple p = softmax_of(logits), f = log_weights(model, p);
  ExactMoments m = score_function(model, logits, bound(p, f));
  const double variance_of_f = variance_of(p, f);
  for (std::size_t i = 0; i < 3; ++i) {
    const double price = variance_of_f * p[i] * (1 - p[i]) + m.mean[i] * m.mean[i];
    m.variance[i] = m.variance[i] / n + price / (n * (n - 1));
  }
  return m;
}

ExactMoments about_running_mean(const ChoiceModel& model, const Triple& logits, double decay, double n) {
  const Triple p = softmax_of(logits), f = log_weights(model, p);
  ExactMoments m = score_function(model, logits, bound(p, f));
  const double variance_of_b = variance_of(p, f) / n * (1 - decay) / (1 + decay);
  for (std::size_t i = 0; i < 3; ++i) m.variance[i] = (m.variance[i] + variance_of_b * p[i] * (1 - p[i])) / n;
  return m;
}

ExactMoments straight_through_moments(const ChoiceModel& model, const Triple& logits) {
  const Triple p = softmax_of(logits);
  Weighted sums;
  for (std::size_t z = 0; z < 3; ++z)
    sums.add(p[z], through_softmax(p, slope(model, p, corner(z))));  // (04.16)
  return sums.moments();
}

ExactMoments gumbel_softmax_moments(const ChoiceModel& model, const Triple& logits, double temperature) {
  const Triple p = softmax_of(logits);
  Weighted sums;
  over_noise(p, temperature, [&](double weight, const Triple& z) {
    Triple g = through_softmax(z, slope(model, p, z));
    for (double& x : g) x /= temperature;  // (04.18)
    sums.add(weight, g);
  });
  return sums.moments();
}

ExactMoments straight_through_gumbel_moments(const ChoiceModel& model, const Triple& logits,
                                             double temperature) {
  const Triple p = softmax_of(logits);
  Weighted sums;
  over_corners(p, temperature, [&](double weight, std::size_t k, const Triple& z) {
    Triple g = through_softmax(z, slope(model, p, corner(k)));
    for (double& x : g) x /= temperature;
    sums.add(weight, g);
  });
  return sums.moments();
}

Triple nearest_corner_mass(const Triple& logits) {
  Triple mass{};
  over_corners(softmax_of(logits), 1,
               [&](double weight, std::size_t k, const Triple&) { mass[k] += weight; });
  return mass;
}

double gumbel_mass(double temperature) {
  double mass = 0;
  over_noise({0.3, 0.3, 0.4}, temperature, [&](double weight, const Triple&) { mass += weight; });
  return mass;
}

}  // namespace doxa
