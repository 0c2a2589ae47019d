#include "doxa/models/beliefs/rssm_belief.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <stdexcept>
#include <string>
#include <utility>

#include "doxa/distributions/categorical.h"
#include "doxa/models/beliefs/world_model.h"

namespace doxa {
namespace {

std::vector<Index> first_numbers(Index n) {
  std::vector<Index> all(static_cast<std::size_t>(n));
  std::iota(all.begin(), all.end(), Index{0});
  return all;
}

}  // namespace

RssmBelief::RssmBelief(Rssm& model, Index episodes, Index samples, Philox random, SampleWeighting weighting)
    : model_(model),
      episodes_(episodes),
      samples_(samples),
      copies_(model.deterministic() ? 1 : samples),
      weighted_(weighting == SampleWeighting::importance || model.future),
      random_(random),
      weights_(std::max<Index>(episodes, 0), std::max<Index>(samples, 1)) {
  if (episodes < 1 || samples < 1)
    throw std::invalid_argument("RssmBelief: " + std::to_string(episodes) + " episodes and " +
                                std::to_string(samples) + " samples, expected at least one");
  summary_ = Tensor(Shape{episodes * copies_, model.settings.hidden});
}

std::vector<Index> RssmBelief::repeated(std::span<const Index> of_episodes, Index n) const {
  if (static_cast<Index>(of_episodes.size()) != episodes_)
    throw std::invalid_argument("RssmBelief: " + std::to_string(of_episodes.size()) + " values for " +
                                std::to_string(episodes_) + " episodes");
  std::vector<Index> all;
  for (const Index i : of_episodes) all.insert(all.end(), static_cast<std::size_t>(n), i);
  return all;
}

std::vector<double> RssmBelief::predict(std::span<const Index> actions) {
  tape_.clear();
  const Evaluation evaluation(tape_);
  const RssmSettings& s = model_.settings;
  const Var h = tape_.constant(summary_), a = one_hot(tape_, repeated(actions, copies_), s.actions);
  Var p = model_.prior({h, a}), all_h = h, all_a = a;
  if (copies_ < samples_) {  // all samples share one past: its row is repeated N times
    const std::vector<Index> from = repeated(first_numbers(episodes_), samples_);
    p = take(p, from);
    all_h = take(h, from);
    all_a = take(a, from);
  }
  const Var z = sample(s.latent, p, samples_, random_);
  // (11.7)
  const Var p_o = exp(Categorical(emission_logits(model_, all_h, all_a, z)).log_probs());
  return weights_.mean(p_o.value(), static_cast<std::size_t>(s.observations));
}

RssmBelief::Told RssmBelief::told(std::span<const Index> actions, std::span<const Index> observations) {
  const RssmSettings& s = model_.settings;
  const std::vector<Index> all_actions = repeated(actions, copies_);
  std::vector<Index> seen = repeated(observations, copies_);
  const Var h = tape_.constant(summary_), a = one_hot(tape_, all_actions, s.actions);
  const Var step = encode_step(tape_, s, all_actions, seen);
  return {h, a, step, std::move(seen)};
}

RssmBelief::Proposal RssmBelief::propose(const Told& now, Index copies) {
  const auto& [h, a, step, seen] = now;
  const RssmLatent& latent = model_.settings.latent;
  const Var prior = model_.prior({h, a}), proposal = model_.future ? prior : model_.posterior({h, step});
  std::vector<Index> all_seen;
  std::vector<Index> from;
  for (std::size_t i = 0; i < seen.size(); ++i)
    for (Index j = 0; j < copies; ++j) {
      from.push_back(static_cast<Index>(i));
      all_seen.push_back(seen[i]);
    }
  const auto spread = [&](Var x) { return copies == 1 ? x : take(x, from); };
  const Var q = spread(proposal), z = sample(latent, q, samples_, random_);
  Var log_weight = log_prob(Categorical(emission_logits(model_, spread(h), spread(a), z)), all_seen);
  if (!model_.future) log_weight = log_weight + log_prob(latent, spread(prior), z) - log_prob(latent, q, z);
  return {z, log_weight};
}

std::vector<double> RssmBelief::update_and_score(std::span<const Index> actions,
                                                 std::span<const Index> observations) {
  if (!weighted_) throw std::logic_error("RssmBelief: update_and_score of samples without weights");
  tape_.clear();
  const Evaluation evaluation(tape_);
  const Told now = told(actions, observations);
  const Proposal proposed = propose(now, samples_ / copies_);
  std::vector<double> log_p = weights_.log_mean_exp(proposed.log_weight.value());
  if (copies_ < samples_) {  // all samples stay alike
    summary_ = advance(model_, now.summary, now.action, now.step, now.summary).tensor();
    return log_p;
  }
  const Tensor next = advance(model_, now.summary, now.action, now.step, proposed.latent).tensor();
  summary_ = selected_rows(next, weights_.multiply(proposed.log_weight.value(), random_));
  return log_p;
}

void RssmBelief::update(std::span<const Index> actions, std::span<const Index> observations) {
  const bool alike = model_.deterministic() && (copies_ < samples_ || !weighted_);
  if (weighted_ && !alike) {
    update_and_score(actions, observations);
    return;
  }
  tape_.clear();
  const Evaluation evaluation(tape_);
  const Told now = told(actions, observations);
  const Var z =
      alike ? now.summary
            : sample(model_.settings.latent, model_.posterior({now.summary, now.step}), samples_, random_);
  summary_ = advance(model_, now.summary, now.action, now.step, z).tensor();
}

void RssmBelief::branch() {
  summary_ = selected_rows(summary_, repeated(first_numbers(episodes_), samples_ / copies_));
  copies_ = samples_;
}

void RssmBelief::imagine(std::span<const Index> actions) {
  if (copies_ < samples_) branch();  // each sample imagines an observation of its own
  tape_.clear();
  const Evaluation evaluation(tape_);
  const RssmSettings& s = model_.settings;
  const std::vector<Index> all_actions = repeated(actions, copies_);
  const Var h = tape_.constant(summary_), a = one_hot(tape_, all_actions, s.actions);
  const Var z = sample(s.latent, model_.prior({h, a}), samples_, random_);
  std::vector<Index> imagined(all_actions.size(), 0);
  if (s.summary != RssmSettings::Summary::latents)
    random_.categorical(emission_logits(model_, h, a, z).value(), imagined);
  summary_ = advance(model_, h, a, encode_step(tape_, s, all_actions, imagined), z).tensor();
}

std::vector<double> RssmBelief::mean_summary() const {
  if (copies_ == samples_)
    return weights_.mean(summary_.span(), static_cast<std::size_t>(model_.settings.hidden));
  return {summary_.span().begin(), summary_.span().end()};
}

namespace {

// Calls visit(first, episodes) for groups of trajectories, so many that a step of all their samples fits the
// cache.
template <class Visit>
void in_groups(std::span<const Trajectory> trajectories, Index samples, Visit visit) {
  constexpr Index rows_at_once = 1024;
  const auto group = static_cast<std::size_t>(std::max<Index>(1, rows_at_once / std::max<Index>(1, samples)));
  for (std::size_t first = 0; first < trajectories.size(); first += group)
    visit(first, episodes(trajectories.subspan(first, std::min(group, trajectories.size() - first))));
}

// One row for each trajectory from `first` on, side by side in `rows`.
void set_rows(StepTable& table, std::size_t first, Index step, std::span<const double> rows) {
  for (std::size_t b = 0; b * table.width < rows.size(); ++b)
    std::ranges::copy(rows.subspan(b * table.width, table.width),
                      table.row(first + b, static_cast<std::size_t>(step)).begin());
}

std::size_t outcomes(const Rssm& model) { return static_cast<std::size_t>(model.settings.observations); }

}  // namespace

std::vector<double> log_evidence(Rssm& model, std::span<const Trajectory> trajectories, Index samples,
                                 Philox& random) {
  std::vector<double> all(trajectories.size(), 0.0);
  in_groups(trajectories, samples, [&](std::size_t first, const Episodes& e) {
    RssmBelief belief(model, e.batch, samples, Philox{random(), random()}, SampleWeighting::importance);
    for (Index k = 1; k <= e.horizon; ++k) {
      const std::vector<double> log_p = belief.update_and_score(e.actions_at(k), e.observations_at(k));
      for (std::size_t i = 0; i < log_p.size(); ++i) all[first + i] += log_p[i];
    }
  });
  return all;
}

StepTable predictive(Rssm& model, std::span<const Trajectory> trajectories, Index samples, Philox& random,
                     SampleWeighting weighting) {
  StepTable all(outcomes(model), trajectories);
  in_groups(trajectories, samples, [&](std::size_t first, const Episodes& e) {
    RssmBelief belief(model, e.batch, samples, Philox{random(), random()}, weighting);
    for (Index k = 1; k <= e.horizon; ++k) {
      set_rows(all, first, k, belief.predict(e.actions_at(k)));
      if (k < e.horizon) belief.update(e.actions_at(k), e.observations_at(k));
    }
  });
  return all;
}

StepTable open_loop(Rssm& model, std::span<const Trajectory> trajectories, Index from, Index ahead,
                    Index samples, Philox& random, SampleWeighting weighting) {
  for (const Trajectory& t : trajectories)
    if (from < 0 || ahead < 1 || static_cast<Index>(t.horizon()) - from < ahead)
      throw std::invalid_argument("open_loop: " + std::to_string(ahead) + " steps after " +
                                  std::to_string(from) + " of a trajectory of " +
                                  std::to_string(t.horizon()));
  StepTable all(outcomes(model), trajectories.size(), static_cast<std::size_t>(ahead));
  in_groups(trajectories, samples, [&](std::size_t first, const Episodes& e) {
    RssmBelief belief(model, e.batch, samples, Philox{random(), random()}, weighting);
    for (Index k = 1; k <= from; ++k) belief.update(e.actions_at(k), e.observations_at(k));
    for (Index n = 1; n <= ahead; ++n) {
      set_rows(all, first, n, belief.predict(e.actions_at(from + n)));
      if (n < ahead) belief.imagine(e.actions_at(from + n));
    }
  });
  return all;
}

StepTable summaries(Rssm& model, std::span<const Trajectory> trajectories, Index samples, Philox& random,
                    SampleWeighting weighting) {
  StepTable all(static_cast<std::size_t>(model.settings.hidden), trajectories);
  in_groups(trajectories, samples, [&](std::size_t first, const Episodes& e) {
    RssmBelief belief(model, e.batch, samples, Philox{random(), random()}, weighting);
    for (Index k = 1; k <= e.horizon; ++k) {
      belief.update(e.actions_at(k), e.observations_at(k));
      set_rows(all, first, k, belief.mean_summary());
    }
  });
  return all;
}

}  // namespace doxa
