#include "doxa/models/beliefs/actor_training.h"

#include <algorithm>
#include <cmath>

namespace doxa {

double ActorTraining::entropy_at(double done) const {
  const double share = std::max(0.0, (done - hold) / (1 - hold));
  return entropy_weight * std::pow(last_entropy_weight / entropy_weight, share);
}

double ActorTraining::rate_at(double done) const { return done < 0.5 ? 1 : 2 * (1 - done) + 0.02; }

}  // namespace doxa
