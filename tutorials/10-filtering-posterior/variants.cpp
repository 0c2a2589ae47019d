#include "variants.h"

using namespace doxa;
using namespace doxa::support;

BeliefVariant make(const std::string& name, const FilteringPosterior::Sizes& sizes, Philox& random) {
  const auto q = std::make_shared<FilteringPosterior>(sizes, random);
  auto model = std::make_unique<LearnedBelief>();
  model->name = name;
  model->parameters = parameters(*q);
  model->bound = [q](Tape& tape, const Episodes& e, Philox& random_noise) {
    const FilteringTerms sums = filtering_bound(
        tape, *q, e, normal_noise({e.horizon, e.batch, q->sizes.latent}, random_noise));  // (10.6), (10.7)
    return BoundTerms<Var>{sums.log_likelihood, sums.kl};
  };
  model->loss = [bound = model->bound](Tape& tape, const Episodes& e, double, Philox& random_noise) {
    //! [loss]
    const BoundTerms sums = bound(tape, e, random_noise);
    return -mean(sums.log_likelihood - sums.kl) / static_cast<Real>(e.horizon);
    //! [loss]
  };
  model->predictive = [q](std::span<const Trajectory> trajectories, Index samples, Philox& random_noise) {
    return predictive(*q, trajectories, samples, random_noise);  // (10.9)
  };
  BeliefVariant made;
  made.model = std::move(model);
  made.owner = q;
  return made;
}
