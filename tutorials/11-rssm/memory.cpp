#include "memory.h"

#include <cmath>
#include <numbers>

namespace {

std::size_t power(std::size_t base, std::size_t exponent) {
  std::size_t p = 1;
  while (exponent-- > 0) p *= base;
  return p;
}

// Of roars o_1 … o_T, 0 being left: the average over the two sides of the tiger.
double probability(const std::vector<std::size_t>& roars) {
  double left = 0.5, right = 0.5;
  for (const std::size_t o : roars) {
    left *= o == 0 ? ear : 1 - ear;
    right *= o == 0 ? 1 - ear : ear;
  }
  return left + right;
}

double log_ratio_term(double p, double q) { return p == 0 ? 0 : p * std::log(p / q); }

// Adds the weight ρ of every path of roars and samples to the table of each of its steps, at
// [c_k][o_k · classes + s_k].
struct Paths {
  Fed fed;
  std::size_t classes;
  const Tables& q;
  Tables weight = {};
  std::vector<std::size_t> roars = {}, contexts = {}, latents = {};

  void walk(std::size_t context, double share) {
    if (roars.size() == q.size()) {
      const double rho = share * probability(roars);
      for (std::size_t k = 0; k < q.size(); ++k)
        weight[k][contexts[k]][roars[k] * classes + latents[k]] += rho;
      return;
    }
    const std::vector<double>& row = q[roars.size()][context];
    contexts.push_back(context);
    for (std::size_t o = 0; o < 2; ++o)
      for (std::size_t s = 0; s < classes; ++s) {
        roars.push_back(o);
        latents.push_back(s);
        walk(fed == Fed::samples ? context * classes + s : context * 2 + o, share * row[o * classes + s]);
        roars.pop_back();
        latents.pop_back();
      }
    contexts.pop_back();
  }
};

}  // namespace

MemoryTerms memory_terms(Fed fed, std::size_t classes, const Tables& q, const LatentModel* model) {
  Paths paths{fed, classes, q};
  for (const auto& step : q) paths.weight.emplace_back(step.size(), std::vector<double>(2 * classes, 0.0));
  paths.walk(0, 1);
  MemoryTerms t;
  for (std::size_t k = 0; k < q.size(); ++k)
    for (std::size_t c = 0; c < q[k].size(); ++c) {
      const std::vector<double>& w = paths.weight[k][c];  // ρ(c, o, s)
      double of_c = 0, of_o[2] = {};
      std::vector<double> of_s(classes, 0.0);
      for (std::size_t o = 0; o < 2; ++o)
        for (std::size_t s = 0; s < classes; ++s) {
          of_c += w[o * classes + s];
          of_o[o] += w[o * classes + s];
          of_s[s] += w[o * classes + s];
        }
      if (of_c == 0) continue;
      for (const double w_o : of_o) t.forgotten -= log_ratio_term(w_o, of_c);
      for (std::size_t s = 0; s < classes; ++s) {
        const double rho_s = of_s[s] / of_c, p_s = model ? model->prior[k][c][s] : rho_s;
        t.prior_misses += of_c * log_ratio_term(rho_s, p_s);
        for (std::size_t o = 0; o < 2; ++o) {
          const double at = w[o * classes + s];
          if (at == 0) continue;
          const double rho_o = at / of_s[s], p_o = model ? model->emission[k][c][s * 2 + o] : rho_o;
          t.emission_misses += of_s[s] * log_ratio_term(rho_o, p_o);
          t.log_likelihood += at * std::log(p_o);
          t.kl += at * std::log(q[k][c][o * classes + s] / p_s);
          t.information += at * std::log(q[k][c][o * classes + s] / rho_s);
        }
      }
    }
  return t;
}

double mean_log_evidence(std::size_t steps) {
  double mean = 0;
  for (std::size_t code = 0; code < power(2, steps); ++code) {
    std::vector<std::size_t> roars;
    for (std::size_t k = 0; k < steps; ++k) roars.push_back(code >> k & 1);
    const double p = probability(roars);
    mean += p * std::log(p);
  }
  return mean;
}

Tables misheard(std::size_t steps, double share) {
  Tables q;  // two classes and two roars: as many contexts either way
  for (std::size_t k = 0; k < steps; ++k)
    q.emplace_back(power(2, k), std::vector<double>{1 - share, share, share, 1 - share});
  return q;
}

Tables drawn_from_belief(std::size_t steps) {
  Tables q;
  for (std::size_t k = 0; k < steps; ++k) {
    q.emplace_back();
    for (std::size_t c = 0; c < power(2, k); ++c) {
      std::vector<double> row;
      for (std::size_t o = 0; o < 2; ++o) {
        int left = o == 0 ? 1 : -1;  // roars on the left less those on the right
        for (std::size_t j = 0; j < k; ++j) left += (c >> j & 1) == 0 ? 1 : -1;
        const double b = 1 / (1 + std::pow((1 - ear) / ear, left));
        row.insert(row.end(), {b, 1 - b});
      }
      q.back().push_back(row);
    }
  }
  return q;
}

MemoryTerms roar_in_a_normal(double d) {
  const auto entropy = [](double p) { return -log_ratio_term(p, 1) - log_ratio_term(1 - p, 1); };
  const auto normal = [](double x, double variance) {
    return std::exp(-x * x / (2 * variance)) / std::sqrt(2 * std::numbers::pi * variance);
  };
  const double agree = ear * ear + (1 - ear) * (1 - ear), width = d + 10;
  constexpr int points = 2000;  // the trapezium rule, whose error here is far below rounding
  MemoryTerms t;
  double unread = 0;
  t.forgotten = std::log(2.0);
  for (int i = 0; i <= points; ++i) {
    const double x = width * (2.0 * i / points - 1), dx = 2 * width / points;
    const double rho = 0.5 * normal(x - d, 1) + 0.5 * normal(x + d, 1);  // ρ(s_1)
    const double first = 1 / (1 + std::exp(-2 * d * x));                 // ρ(o_1 | s_1)
    unread += dx * rho * entropy(first);
    t.forgotten += dx * rho * entropy(agree * first + (1 - agree) * (1 - first));
    t.prior_misses += dx * rho * std::log(rho / normal(x, 1 + d * d));
  }
  t.information = std::log(2.0) - unread;
  t.kl = 0.5 * std::log1p(d * d);  // KL(N(d, 1) ‖ N(0, 1 + d²))
  t.log_likelihood = -unread - (t.forgotten - std::log(2.0));
  return t;
}

double nats_a_step(double listening, double misheard_share, std::size_t steps) {
  // The tiger is on the left (the other side is alike). What is remembered of the roars since the last door
  // is their net count; the walk is its distribution.
  const double right = ear * (1 - misheard_share) + (1 - ear) * misheard_share;
  const auto middle = static_cast<std::ptrdiff_t>(steps);
  std::vector<double> walk(2 * steps + 1, 0.0);
  walk[steps] = 1;
  double nats = 0;
  for (std::size_t k = 0; k < steps; ++k) {
    std::vector<double> next(walk.size(), 0.0);
    next[steps] += 1 - listening;
    nats += (1 - listening) * std::log(2.0);
    for (std::size_t i = 0; i < walk.size(); ++i) {
      if (walk[i] == 0) continue;
      const double count = static_cast<double>(static_cast<std::ptrdiff_t>(i) - middle);
      const double b = 1 / (1 + std::pow((1 - right) / right, count)), p = ear * b + (1 - ear) * (1 - b);
      nats -= listening * walk[i] * (ear * std::log(p) + (1 - ear) * std::log(1 - p));
      next[i + 1] += listening * walk[i] * right;
      next[i - 1] += listening * walk[i] * (1 - right);
    }
    walk = std::move(next);
  }
  return nats / static_cast<double>(steps);
}
