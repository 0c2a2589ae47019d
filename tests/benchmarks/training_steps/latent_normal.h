#pragma once

#include <vector>

#include "doxa/distributions/normal.h"

namespace doxa::benchmarks {

/// A network's 2L outputs as L means and L logarithms of scales.
inline DiagonalNormal normal_from(Var outputs) {
  const Index latent = outputs.shape()[1] / 2;
  return DiagonalNormal::from_log_scale(slice(outputs, 1, 0, latent), slice(outputs, 1, latent, 2 * latent));
}

}  // namespace doxa::benchmarks
