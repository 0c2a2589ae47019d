#include "doxa/models/beliefs/sequence_search.h"

namespace doxa {

std::vector<Index> all_sequences(Index actions, Index horizon) {
  Index count = 1;
  for (Index k = 0; k < horizon; ++k) count *= actions;
  std::vector<Index> all;
  for (Index i = 0; i < count; ++i)
    for (Index k = 0, unit = count / actions; k < horizon; ++k, unit = std::max<Index>(1, unit / actions))
      all.push_back(i / unit % actions);
  return all;
}

SequenceDistribution::SequenceDistribution(Index a, Index h)
    : actions(a), horizon(h), probability(static_cast<std::size_t>(a * h), 1 / static_cast<double>(a)) {}

std::vector<Index> SequenceDistribution::sample(Index count, Philox& random) const {
  const auto A = static_cast<std::size_t>(actions);
  std::vector<Index> all;
  for (Index i = 0; i < count; ++i)
    for (std::size_t k = 0; k < static_cast<std::size_t>(horizon); ++k)
      all.push_back(random.categorical(std::span(probability).subspan(k * A, A)));
  return all;
}

void SequenceDistribution::refit(std::span<const Index> elites, double smoothing) {
  const auto A = static_cast<std::size_t>(actions), H = static_cast<std::size_t>(horizon);
  const double share = (1 - smoothing) / static_cast<double>(elites.size() / H);
  for (double& p : probability) p *= smoothing;
  for (std::size_t i = 0; i < elites.size(); ++i)
    probability[i % H * A + static_cast<std::size_t>(elites[i])] += share;
}

std::vector<std::size_t> largest(std::span<const double> values, std::size_t count) {
  std::vector<std::size_t> order(values.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::stable_sort(order, [&](std::size_t a, std::size_t b) { return values[a] > values[b]; });
  order.resize(std::min(count, order.size()));
  return order;
}

}  // namespace doxa
