#include "doxa/models/pomdp/plans/alpha_vectors.h"

#include <cmath>
#include <limits>
#include <stdexcept>
#include <string>

#include "doxa/autograd/internal/number_text.h"

namespace doxa {
namespace {

double inner_product(std::span<const double> belief, std::span<const double> alpha) {
  double sum = 0;
  for (std::size_t s = 0; s < alpha.size(); ++s) sum += belief[s] * alpha[s];
  return sum;
}

}  // namespace

void AlphaVectors::append(std::size_t action, std::vector<double> alpha) {
  actions.push_back(action);
  values.push_back(std::move(alpha));
}

std::size_t best_vector(const AlphaVectors& v, std::span<const double> belief) {
  if (v.values.empty() || v.actions.size() != v.values.size())
    throw std::invalid_argument("alpha-vectors: " + std::to_string(v.values.size()) + " vectors and " +
                                std::to_string(v.actions.size()) +
                                " actions, expected as many and at least one");
  std::size_t best = 0;
  double most = -std::numeric_limits<double>::infinity();
  for (std::size_t k = 0; k < v.size(); ++k) {
    if (v.values[k].size() != belief.size())
      throw std::invalid_argument("alpha-vectors: a belief over " + std::to_string(belief.size()) +
                                  " states, vector " + std::to_string(k) + " has " +
                                  std::to_string(v.values[k].size()));
    if (const double here = inner_product(belief, v.values[k]); here > most) {
      most = here;
      best = k;
    }
  }
  return best;
}

double value(const AlphaVectors& v, std::span<const double> belief) {
  return inner_product(belief, v.values[best_vector(v, belief)]);
}

std::size_t greedy_action(const AlphaVectors& v, std::span<const double> belief) {
  return v.actions[best_vector(v, belief)];
}

void require_vectors(const Pomdp& m, const AlphaVectors& v) {
  if (v.values.empty() || v.actions.size() != v.values.size())
    throw std::invalid_argument("alpha-vectors: " + std::to_string(v.values.size()) + " vectors and " +
                                std::to_string(v.actions.size()) +
                                " actions, expected as many and at least one");
  for (std::size_t k = 0; k < v.size(); ++k) {
    const std::string which = "vector " + std::to_string(k) + ": ";
    if (v.actions[k] >= m.actions.size())
      throw std::invalid_argument(which + "action " + std::to_string(v.actions[k]) + ", the model has " +
                                  std::to_string(m.actions.size()));
    if (v.values[k].size() != m.states.size())
      throw std::invalid_argument(which + std::to_string(v.values[k].size()) + " values, the model has " +
                                  std::to_string(m.states.size()) + " states");
    for (std::size_t s = 0; s < m.states.size(); ++s)
      if (!std::isfinite(v.values[k][s]))
        throw std::invalid_argument(which + "the value of state " + m.states[s] + " is " +
                                    to_text(v.values[k][s]) + ", expected a finite number");
  }
}

}  // namespace doxa
