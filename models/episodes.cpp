#include "doxa/models/episodes.h"

#include <stdexcept>
#include <string>

namespace doxa {

Episodes episodes(std::span<const Trajectory> trajectories, std::span<const Index> chosen, Index copies) {
  if (chosen.empty() || copies < 1) throw std::invalid_argument("episodes: none chosen");
  const auto of = [&](Index i) -> const Trajectory& { return trajectories[static_cast<std::size_t>(i)]; };
  Episodes e;
  e.horizon = static_cast<Index>(of(chosen[0]).horizon());
  e.batch = static_cast<Index>(chosen.size()) * copies;
  for (const Index i : chosen)
    if (static_cast<Index>(of(i).horizon()) != e.horizon)
      throw std::invalid_argument("episodes: horizons differ: " + std::to_string(e.horizon) + " and " +
                                  std::to_string(of(i).horizon()));
  for (std::size_t k = 0; k < static_cast<std::size_t>(e.horizon); ++k)
    for (const Index i : chosen)
      for (Index c = 0; c < copies; ++c) {
        e.actions.push_back(static_cast<Index>(of(i).actions[k]));
        e.observations.push_back(static_cast<Index>(of(i).observations[k]));
      }
  return e;
}

Var one_hot(Tape& tape, std::span<const Index> indices, Index columns) {
  const auto rows = static_cast<Index>(indices.size());
  for (const Index i : indices)
    if (i < 0 || i >= columns)
      throw std::invalid_argument("one_hot: index " + std::to_string(i) + " of " + std::to_string(columns) +
                                  " columns");
  return tape.constant({rows, columns}, [&](std::span<Real> out) {
    for (Real& x : out) x = 0;
    for (Index r = 0; r < rows; ++r)
      out[static_cast<std::size_t>(r * columns + indices[static_cast<std::size_t>(r)])] = 1;
  });
}

}  // namespace doxa
