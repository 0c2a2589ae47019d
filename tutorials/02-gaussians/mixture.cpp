#include "mixture.h"

#include "doxa/models/numerics/matrix.h"

using namespace doxa;

Var log_prob(const Mixture& p, Var x) {
  Tape& tape = x.tape();
  const auto both = [&](const std::array<double, 2>& v) {
    return tape.constant(Tensor({2}, {static_cast<Real>(v[0]), static_cast<Real>(v[1])}));
  };
  const Normal parts{both(p.loc), both(p.scale)};
  const Var rows = reshape(x, {x.size(), 1}), log_parts = log_prob(parts.repeated(x.size()), rows);
  return logsumexp(log(both(p.weight)) + log_parts, -1);
}

double mean(const Mixture& p) { return p.weight[0] * p.loc[0] + p.weight[1] * p.loc[1]; }

double stddev(const Mixture& p) {
  double variance = 0;
  for (std::size_t k = 0; k < 2; ++k) {
    const double apart = p.loc[k] - mean(p);
    variance += p.weight[k] * (p.scale[k] * p.scale[k] + apart * apart);
  }
  return std::sqrt(variance);
}

//! [either-way]
Var reverse_kl(const Normal& q, const Mixture& p, const NormalNodes& noise) {
  Tape& tape = q.loc.tape();
  const Var z = rsample(q, tape.constant(noise.at));
  const Var log_p = log_prob(p, z), log_ratio = log_prob(q, z) - log_p;
  return dot(tape.constant(tensor(noise.weight)), log_ratio);  // (02.9)
}

Var forward_kl(const Normal& q, const Mixture& p, const Nodes& line) {
  Tape& tape = q.loc.tape();
  const Var x = tape.constant(line.at), log_p = log_prob(p, x), log_ratio = log_p - log_prob(q, x);
  return static_cast<Real>(line.step) * dot(exp(log_p), log_ratio);  // (02.9)
}
//! [either-way]

Stationarity stationarity(Fit q, const Mixture& p) {
  const NormalNodes noise = normal_nodes(1.0 / 64);
  Stationarity s{0, 0};
  for (std::size_t i = 0; i < noise.weight.size(); ++i) {
    const double z = q.loc + q.scale * double{noise.at[static_cast<Index>(i)]};
    std::array<double, 2> density{}, slope{};
    for (std::size_t k = 0; k < 2; ++k) {
      const double e = (z - p.loc[k]) / p.scale[k];
      density[k] = std::log(p.weight[k] / p.scale[k]) - e * e / 2;
      slope[k] = -e / p.scale[k];
    }
    const double share = 1 / (1 + std::exp(density[1] - density[0]));  // of the first mode
    const double first = share * slope[0] + (1 - share) * slope[1];
    const double apart = slope[0] - slope[1];
    const double second = -share / (p.scale[0] * p.scale[0]) - (1 - share) / (p.scale[1] * p.scale[1]) +
                          share * (1 - share) * apart * apart;
    s.slope += noise.weight[i] * q.scale * first;
    s.curvature -= noise.weight[i] * q.scale * q.scale * second;
  }
  return s;
}
