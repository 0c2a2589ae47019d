#include "doxa/models/beliefs/rssm_belief.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <stdexcept>
#include <string>

#include "doxa/distributions/categorical.h"
#include "doxa/models/beliefs/world_model.h"

namespace doxa {
namespace {

// The weights of one episode's samples, scaled so that the largest is 1.
std::vector<double> relative(std::span<const double> log_weights) {
  const double top = *std::ranges::max_element(log_weights);
  std::vector<double> w;
  for (const double l : log_weights) w.push_back(std::exp(l - top));
  return w;
}

// Systematic resampling: the new sample i is a copy of the old sample parent[i].
std::vector<Index> parents(std::span<const double> weights, double shift) {
  const double n = static_cast<double>(weights.size()),
               total = std::accumulate(weights.begin(), weights.end(), 0.0);
  std::vector<Index> parent;
  std::size_t from = 0;
  double reached = weights[0];
  for (std::size_t i = 0; i < weights.size(); ++i) {
    const double u = (static_cast<double>(i) + shift) / n * total;
    while (u >= reached && from + 1 < weights.size()) reached += weights[++from];
    parent.push_back(static_cast<Index>(from));
  }
  return parent;
}

double effective_number(std::span<const double> weights) {
  double sum = 0, squares = 0;
  for (const double w : weights) {
    sum += w;
    squares += w * w;
  }
  return sum * sum / squares;
}

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
      random_(random) {
  if (episodes < 1 || samples < 1)
    throw std::invalid_argument("RssmBelief: " + std::to_string(episodes) + " episodes and " +
                                std::to_string(samples) + " samples, expected at least one");
  summary_ = Tensor(Shape{episodes * copies_, model.settings.hidden});
  log_weights_.assign(static_cast<std::size_t>(episodes * samples), 0.0);
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
  // (11.9)
  const Var p_o = exp(Categorical(emission_logits(model_, all_h, all_a, z)).log_probs());
  const auto O = static_cast<std::size_t>(s.observations), N = static_cast<std::size_t>(samples_);
  std::vector<double> all(static_cast<std::size_t>(episodes_) * O, 0.0);
  for (std::size_t b = 0; b < static_cast<std::size_t>(episodes_); ++b) {
    const std::vector<double> w = relative(std::span(log_weights_).subspan(b * N, N));
    const double total = std::accumulate(w.begin(), w.end(), 0.0);
    for (std::size_t i = 0; i < N; ++i)
      for (std::size_t o = 0; o < O; ++o)
        all[b * O + o] += w[i] / total * static_cast<double>(p_o.value()[(b * N + i) * O + o]);
  }
  return all;
}

void RssmBelief::update(std::span<const Index> actions, std::span<const Index> observations) {
  tape_.clear();
  const Evaluation evaluation(tape_);
  const RssmSettings& s = model_.settings;
  const std::vector<Index> all_actions = repeated(actions, copies_), seen = repeated(observations, copies_);
  const Var h = tape_.constant(summary_), a = one_hot(tape_, all_actions, s.actions);
  const Var step = encode_step(tape_, s, all_actions, seen);
  if (model_.deterministic() && (copies_ < samples_ || !weighted_)) {  // all samples stay alike
    summary_ = advance(model_, h, a, step, h).tensor();
    return;
  }
  const Var proposal = model_.future ? model_.prior({h, a}) : model_.posterior({h, step});
  const Var z = sample(s.latent, proposal, samples_, random_);
  Tensor next = advance(model_, h, a, step, z).tensor();
  if (!weighted_) {
    summary_ = std::move(next);
    return;
  }
  Var log_weight = log_prob(Categorical(emission_logits(model_, h, a, z)), seen);
  if (!model_.future) {
    const Var log_q = log_prob(s.latent, proposal, z), log_p = log_prob(s.latent, model_.prior({h, a}), z);
    log_weight = log_weight + log_p - log_q;
  }
  resample(std::move(next), log_weight.value());
}

void RssmBelief::resample(Tensor next, std::span<const Real> log_weights) {
  const auto N = static_cast<std::size_t>(samples_);
  std::vector<Index> from = first_numbers(episodes_ * samples_);
  for (std::size_t first = 0; first < log_weights_.size(); first += N) {
    const std::span<double> mine = std::span(log_weights_).subspan(first, N);
    for (std::size_t i = 0; i < N; ++i) mine[i] += static_cast<double>(log_weights[first + i]);
    const std::vector<double> w = relative(mine);
    if (effective_number(w) >= 0.5 * static_cast<double>(N)) continue;
    const std::vector<Index> parent = parents(w, random_.uniform());
    for (std::size_t i = 0; i < N; ++i) from[first + i] = static_cast<Index>(first) + parent[i];
    std::ranges::fill(mine, 0.0);
  }
  summary_ = selected_rows(next, from);
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
  const auto H = static_cast<std::size_t>(model_.settings.hidden), C = static_cast<std::size_t>(copies_);
  std::vector<double> mean(static_cast<std::size_t>(episodes_) * H, 0.0);
  for (std::size_t b = 0; b < static_cast<std::size_t>(episodes_); ++b) {
    const std::vector<double> w =
        C == 1 ? std::vector<double>{1.0} : relative(std::span(log_weights_).subspan(b * C, C));
    const double total = std::accumulate(w.begin(), w.end(), 0.0);
    for (std::size_t i = 0; i < C; ++i)
      for (std::size_t j = 0; j < H; ++j)
        mean[b * H + j] += w[i] / total * static_cast<double>(summary_.span()[(b * C + i) * H + j]);
  }
  return mean;
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
