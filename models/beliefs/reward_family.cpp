#include "doxa/models/beliefs/reward_family.h"

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <string>

#include "doxa/distributions/categorical.h"
#include "doxa/distributions/normal.h"
#include "doxa/models/numerics/mean_estimate.h"

namespace doxa {
namespace {

std::size_t nearest(const DiscreteReward& f, double reward) {
  const auto closer = [&](double a, double b) { return std::abs(a - reward) < std::abs(b - reward); };
  return static_cast<std::size_t>(std::ranges::min_element(f.values, closer) - f.values.begin());
}

Var log_prob_of(const DiscreteReward& f, Var logits, std::span<const double> rewards) {
  std::vector<Index> classes;
  for (const double r : rewards) classes.push_back(static_cast<Index>(nearest(f, r)));
  return log_prob(Categorical(logits), classes);
}

Var log_prob_of(const GaussianReward& f, Var parameters, std::span<const double> rewards) {
  const auto [loc, log_scale] = split<2>(parameters, -1);
  const Var standard = parameters.tape().constant(loc.shape(), [&](std::span<Real> all) {
    for (std::size_t i = 0; i < all.size(); ++i)
      all[i] = static_cast<Real>((rewards[i] - f.location) / f.scale);
  });
  const Var log_density = log_prob(Normal::from_log_scale(loc, log_scale), standard);
  return reshape(log_density, {loc.shape()[0]}) - static_cast<Real>(std::log(f.scale));
}

double expected(const DiscreteReward& f, std::span<const Real> logits) {
  const double top = static_cast<double>(
      *std::max_element(logits.begin(), logits.begin() + static_cast<std::ptrdiff_t>(f.values.size())));
  double sum = 0, total = 0;
  for (std::size_t i = 0; i < f.values.size(); ++i) {
    const double p = std::exp(static_cast<double>(logits[i]) - top);
    sum += p * f.values[i];
    total += p;
  }
  return sum / total;
}

double expected(const GaussianReward& f, std::span<const Real> parameters) {
  return f.location + f.scale * static_cast<double>(parameters[0]);
}

void require_values(const RewardFamily& family, const OpName& op) {
  const auto* f = std::get_if<DiscreteReward>(&family);
  if (f && f->values.empty()) throw argument_error(op, "a discrete reward without values");
  if (f && static_cast<Index>(f->values.size()) > f->classes)
    throw argument_error(op, std::to_string(f->values.size()) + " values of a discrete reward of " +
                                 std::to_string(f->classes) + " classes");
}

void require_rows(const RewardFamily& family, Var parameters, const OpName& op) {
  const Shape shape = parameters.shape();
  if (shape.rank() != 2 || shape[1] != reward_parameters(family))
    throw argument_error(op, "parameters of a RewardFamily: expected [rows," +
                                 std::to_string(reward_parameters(family)) + "], got " + shape.str());
  require_values(family, op);
}

}  // namespace

RewardFamily fitting_family(std::span<const Trajectory> episodes, Index classes) {
  if (classes < 2) throw std::invalid_argument("fitting_family: fewer than 2 classes");
  std::vector<double> all;
  for (const Trajectory& t : episodes) all.insert(all.end(), t.rewards.begin(), t.rewards.end());
  if (all.empty()) throw std::invalid_argument("fitting_family: episodes without rewards");
  const MeanEstimate mean = estimate_mean(all);
  const double n = static_cast<double>(all.size()),
               deviation = n > 1 ? mean.standard_error * std::sqrt(n - 1) : 0;
  std::ranges::sort(all);
  all.erase(std::unique(all.begin(), all.end()), all.end());
  if (static_cast<Index>(all.size()) <= classes / 2) return DiscreteReward{all, classes};
  return GaussianReward{mean.mean, deviation > 0 ? deviation : 1};
}

void add_values(RewardFamily& family, std::span<const Trajectory> episodes) {
  auto* f = std::get_if<DiscreteReward>(&family);
  if (!f) return;
  for (const Trajectory& t : episodes)
    for (const double r : t.rewards)
      if (static_cast<Index>(f->values.size()) < f->classes && !std::ranges::count(f->values, r))
        f->values.push_back(r);
}

Var log_prob(const RewardFamily& family, Var parameters, std::span<const double> rewards) {
  const OpName op{"log_prob", parameters.tape()};
  require_rows(family, parameters, op);
  if (static_cast<Index>(rewards.size()) != parameters.shape()[0])
    throw argument_error(
        op, std::to_string(rewards.size()) + " rewards for parameters of shape " + parameters.shape().str());
  return std::visit([&](const auto& f) { return log_prob_of(f, parameters, rewards); }, family);
}

std::vector<double> expected_rewards(const RewardFamily& family, Var parameters) {
  require_rows(family, parameters, {"expected_rewards", parameters.tape()});
  const auto width = static_cast<std::size_t>(parameters.shape()[1]);
  std::vector<double> all;
  for (std::size_t i = 0; i < parameters.value().size(); i += width)
    all.push_back(
        std::visit([&](const auto& f) { return expected(f, parameters.value().subspan(i, width)); }, family));
  return all;
}

}  // namespace doxa
