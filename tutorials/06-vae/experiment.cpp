// The models that the sections share.

#include "sections.h"

using namespace doxa;

namespace {

Sample held_out_sample(const PlaneData& data, Index n, std::uint64_t seed) {
  Philox random(seed, held_out_data);
  return draw(data, n, random);
}

}  // namespace

Experiment::Experiment(const Settings& wanted, std::uint64_t seed)
    : settings(wanted),
      data(plane_data(wanted.data)),
      lattice(data),
      nodes(lattice),
      held_out(held_out_sample(data, wanted.held_out, seed)) {}

Fitted& model(Experiment& e, Index K, std::uint64_t seed) {
  if (const auto known = e.models.find(K); known != e.models.end()) return known->second;
  Philox init(seed, initial_weights);  // the same for every K
  Vae vae({.hidden = e.settings.hidden}, init);
  vae.log_scale.value[0] = static_cast<Real>(std::log(e.settings.scale));
  const Training training{
      .steps = e.settings.steps,
      .batch = K == 1 ? e.settings.batch : std::min(e.settings.batch, e.settings.many_batch),
      .samples = K};
  const std::string label = K == 1 ? "training on the ELBO" : "training on L, K = " + std::to_string(K);
  Curve curve = train_with_curve(vae, e.data, training, e.held_out, seed, label);
  const bool edges = K > 1;  // the decoder may have some, see `turned`
  const Averages limit = averages(vae, e.data, e.lattice, e.nodes,
                                  e.settings.spacing / (edges ? e.settings.finer : 1), edges ? 0.5 : 0.7);
  return e.models.emplace(K, Fitted{std::move(vae), std::move(curve), limit}).first->second;
}

const Scores& scores(Experiment& e, Index K, std::uint64_t seed) {
  Fitted& fitted = model(e, K, seed);
  if (!fitted.scores) fitted.scores = score(fitted.vae, e.data, e.held_out, e.settings, K == 1, seed);
  return *fitted.scores;
}
