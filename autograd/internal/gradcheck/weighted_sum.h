#pragma once

#include <optional>

#include "doxa/autograd/internal/gradcheck/derivatives.h"
#include "doxa/autograd/internal/gradcheck/kinks_nearby.h"

namespace doxa {

/// Σ v_i y_i, its gradient and its value; what is empty is computed where it is first needed.
struct DerivativeCheck::WeightedSum {
  Tensor v;
  Numbers g, here, unstable = {};
  std::optional<KinksNearby> nearby = {};
};

}  // namespace doxa
