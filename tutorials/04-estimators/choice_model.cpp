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
    for (std::size_t i = 0; i < 3; ++i) m.variance[i] -= first_[i] * first_[i];
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
  return log_prob(Normal(loc, scale), datum)  // log p(x | z)
         + sum(z * constant(log_prior), -1)   // + log p(z)
         - log_prob(q.detached(), z);         // - log q(z)
}

Triple gradient_of_bound(const ChoiceModel& model, const Triple& logits) {
  const Triple p = softmax_of(logits);
  return through_softmax(p, log_weights(model, p));
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
  const double F = bound(p, f);
  ExactMoments m = score_function(model, logits, F);
  double variance_of_f = 0;
  for (std::size_t z = 0; z < 3; ++z) variance_of_f += p[z] * (f[z] - F) * (f[z] - F);
  for (std::size_t i = 0; i < 3; ++i) {
    const double second = m.variance[i] + m.mean[i] * m.mean[i];
    m.variance[i] = second / n + variance_of_f * p[i] * (1 - p[i]) / n / (n - 1) -
                    (n - 2) / (n * (n - 1)) * m.mean[i] * m.mean[i];
  }
  return m;
}

ExactMoments straight_through_moments(const ChoiceModel& model, const Triple& logits) {
  const Triple p = softmax_of(logits);
  Weighted sums;
  for (std::size_t z = 0; z < 3; ++z) {
    Triple corner{};
    corner[z] = 1;
    sums.add(p[z], through_softmax(p, slope(model, p, corner)));
  }
  return sums.moments();
}

ExactMoments gumbel_softmax_moments(const ChoiceModel& model, const Triple& logits, double temperature) {
  const Triple p = softmax_of(logits);
  Weighted sums;
  over_noise(p, temperature, [&](double weight, const Triple& z) {
    Triple g = through_softmax(z, slope(model, p, z));
    for (double& x : g) x /= temperature;
    sums.add(weight, g);
  });
  return sums.moments();
}

double gumbel_mass(double temperature) {
  double mass = 0;
  over_noise({0.3, 0.3, 0.4}, temperature, [&](double weight, const Triple&) { mass += weight; });
  return mass;
}

}  // namespace doxa
