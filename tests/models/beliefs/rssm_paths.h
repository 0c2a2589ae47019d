#pragma once

#include <cmath>
#include <vector>

#include "doxa/models/beliefs/rssm.h"
#include "doxa/models/numerics/sums.h"
#include "doxa/models/pomdp/simulate.h"

namespace doxa::testing {

/// An Rssm with random parameters: prior and posterior differ, and nothing is near 0.
inline Rssm random_rssm(const RssmSettings& settings, std::uint64_t seed, Real spread = Real(0.7)) {
  Philox random(seed, 7);
  Rssm model(settings, random);
  for (Parameter* p : parameters(model)) {
    const Tensor noise = normal_noise(p->value.shape(), random);
    for (Index i = 0; i < noise.size(); ++i) p->value[i] += spread * noise[i];
  }
  return model;
}

/// All V^T paths s_{1:T} of a categorical latent of V values along one trajectory, with what the model's
/// networks say about each. A prefix s_{1:k} has the number Σ_j s_j V^{k-j}, so that (prefix, s) follows as
/// prefix · V + s. Everything is in double, from the networks' outputs on.
struct RssmPaths {
  struct Step {                            // step k, for every prefix s_{1:k-1} and every s_k
    std::vector<double> log_prior, log_q;  // [prefix · V + s]
    std::vector<double> log_emission;      // [(prefix · V + s) · O + o]
  };
  std::size_t values, observations;
  std::vector<std::size_t> seen;
  std::vector<Step> steps;

  /// Every value of a categorical latent, [V, size].
  static Tensor all_values(const RssmLatent& of) {
    const auto& latent = std::get<CategoricalLatent>(of);
    const Index size = latent_size(of);
    Index count = 1;
    for (Index g = 0; g < latent.groups; ++g) count *= latent.classes;
    Tensor z(Shape{count, size});
    for (Index v = 0; v < count; ++v) {
      Index rest = v;
      for (Index g = 0; g < latent.groups; ++g, rest /= latent.classes)
        z[v * size + g * latent.classes + rest % latent.classes] = 1;
    }
    return z;
  }

  RssmPaths(Rssm& model, const Trajectory& t)
      : observations(static_cast<std::size_t>(model.settings.observations)), seen(t.observations) {
    const RssmSettings& s = model.settings;
    const Tensor one_of_each = all_values(s.latent);
    values = static_cast<std::size_t>(one_of_each.shape()[0]);
    Tape tape;
    const auto row = [](const std::vector<std::size_t>& all, std::size_t k, Index rows) {
      return std::vector<Index>(static_cast<std::size_t>(rows), static_cast<Index>(all[k]));
    };
    const auto step = [&](std::size_t k, Index rows) {
      return encode_step(tape, s, row(t.actions, k, rows), row(t.observations, k, rows));
    };
    std::vector<Tensor> future(t.horizon());  // g_k, one row
    if (model.future) {
      Var g = tape.constant({1, s.hidden}, Real{0});
      for (std::size_t k = t.horizon(); k-- > 0;) future[k] = (g = (*model.future)(step(k, 1), g)).tensor();
    }
    Var h = tape.constant({1, s.hidden}, Real{0});
    for (std::size_t k = 0; k < t.horizon(); ++k) {
      const Index prefixes = h.shape()[0], rows = prefixes * static_cast<Index>(values);
      std::vector<Index> of_prefix, of_value;
      for (Index i = 0; i < rows; ++i) {
        of_prefix.push_back(i / static_cast<Index>(values));
        of_value.push_back(i % static_cast<Index>(values));
      }
      h = take(h, of_prefix);
      const Var z = take(tape.constant(one_of_each), of_value), x = step(k, rows);
      const Var a = one_hot(tape, row(t.actions, k, rows), s.actions);
      Var shown = x;
      if (model.future)
        shown = concat({a, take(tape.constant(future[k]), std::vector<Index>(of_value.size(), 0))}, 1);
      const auto doubles = [](Var y) { return std::vector<double>(y.value().begin(), y.value().end()); };
      steps.push_back({doubles(log_prob(s.latent, model.prior({h, a}), z)),
                       doubles(log_prob(s.latent, model.posterior({h, shown}), z)),
                       doubles(log_softmax(emission_logits(model, h, a, z), {1}))});
      h = advance(model, h, a, x, z);
    }
  }

  std::size_t horizon() const { return steps.size(); }
  double log_likelihood(std::size_t k, std::size_t i) const {
    return steps[k].log_emission[i * observations + seen[k]];
  }

  /// log p(o_{1:k}, s_{1:k} ‖ a) or, with the posterior's factors alone, log q(s_{1:k}), of each prefix.
  std::vector<double> log_joint(std::size_t k) const {
    return prefixes(
        k, [&](std::size_t j, std::size_t i) { return steps[j].log_prior[i] + log_likelihood(j, i); });
  }
  std::vector<double> log_q(std::size_t k) const {
    return prefixes(k, [&](std::size_t j, std::size_t i) { return steps[j].log_q[i]; });
  }

  double log_evidence() const { return log_sum_exp(log_joint(horizon())); }

  /// E_q Σ_k (log p(o_k | s_k, …) - KL(q(s_k | …) ‖ p(s_k | …))).
  double bound() const {
    double sum = 0;
    for (std::size_t k = 0; k < horizon(); ++k) {
      const std::vector<double> q = log_q(k + 1);
      for (std::size_t i = 0; i < q.size(); ++i)
        sum += std::exp(q[i]) * (log_likelihood(k, i) - (steps[k].log_q[i] - steps[k].log_prior[i]));
    }
    return sum;
  }

  /// Σ_k E_q KL(q(s_k | …) ‖ p(s_k | s_{<k}, o_{1:T}, a)), by the backward recursion β_k(s_{1:k}) =
  /// log p(o_{k+1:T} | s_{1:k}, o_{1:k} ‖ a).
  double gap() const {
    double sum = 0;
    std::vector<double> after(log_q(horizon()).size(), 0.0);
    for (std::size_t k = horizon(); k-- > 0;) {
      const std::vector<double> q = log_q(k + 1);
      std::vector<double> before;
      for (std::size_t first = 0; first < q.size(); first += values) {
        std::vector<double> joint;
        for (std::size_t i = first; i < first + values; ++i)
          joint.push_back(steps[k].log_prior[i] + log_likelihood(k, i) + after[i]);
        before.push_back(log_sum_exp(joint));
        for (std::size_t i = first; i < first + values; ++i)
          sum += std::exp(q[i]) * (steps[k].log_q[i] - (joint[i - first] - before.back()));
      }
      after = before;
    }
    return sum;
  }

  /// Σ over s_{1:k} of w(s_{<k}) p(s_k | …) p(o | s_k, …), k from 0, with weights as logarithms.
  std::vector<double> predictive(std::size_t k, const std::vector<double>& log_weights) const {
    const double total = log_sum_exp(log_weights);
    std::vector<double> p(observations, 0.0);
    for (std::size_t i = 0; i < log_weights.size() * values; ++i)
      for (std::size_t o = 0; o < observations; ++o)
        p[o] += std::exp(log_weights[i / values] - total + steps[k].log_prior[i] +
                         steps[k].log_emission[i * observations + o]);
    return p;
  }

 private:
  template <class Factor>
  std::vector<double> prefixes(std::size_t k, Factor log_factor) const {
    std::vector<double> all{0.0};
    for (std::size_t j = 0; j < k; ++j) {
      std::vector<double> longer;
      for (std::size_t i = 0; i < all.size() * values; ++i)
        longer.push_back(all[i / values] + log_factor(j, i));
      all = longer;
    }
    return all;
  }
};

}  // namespace doxa::testing
