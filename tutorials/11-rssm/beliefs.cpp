#include <span>

#include "doxa/models/beliefs/calibration.h"
#include "doxa/models/beliefs/linear_probe.h"
#include "doxa/models/beliefs/prediction.h"
#include "doxa/models/pomdp/belief.h"
#include "doxa/models/pomdp/simulate.h"
#include "sections.h"

using namespace doxa;
using namespace doxa::support;

namespace {

// More states would make fitting a probe slow.
constexpr std::size_t most_probed_states = 64;

// What N samples cost by themselves: exact_open_loop, but with N states drawn from the exact belief after step
// `from`, each moved on by draws from the model, and the emission averaged over them.
StepTable sampled_open_loop(const Pomdp& m, std::span<const Trajectory> test, std::size_t from,
                            std::size_t ahead, Index samples, Philox& random) {
  const StepTable beliefs = exact_beliefs(m, test);
  const double share = 1 / static_cast<double>(samples);
  StepTable p(m.observations.size(), test.size(), ahead);
  for (std::size_t i = 0; i < test.size(); ++i)
    for (Index sample = 0; sample < samples; ++sample) {
      std::size_t state = draw(from > 0 ? beliefs.row(i, from) : std::span(m.start), random);
      for (std::size_t n = 1; n <= ahead; ++n) {
        const std::size_t action = test[i].actions[from + n - 1];
        state = draw(transition_row(m, action, state), random);
        const StochasticMatrix::Row emitted = emission_row(m, action, state);
        for (std::size_t at = 0; at < emitted.size(); ++at)
          p.row(i, n)[emitted.column[at]] += share * emitted.probability[at];
      }
    }
  return p;
}

// What is known without looking, from the actions alone: beliefs of all steps, and predictions of the steps
// after `from`.
struct Unseeing {
  StepTable beliefs, ahead;
};
Unseeing unseeing(const Pomdp& m, std::span<const Trajectory> test, std::size_t from, std::size_t ahead) {
  Unseeing known{StepTable(m.states.size(), test), StepTable(m.observations.size(), test.size(), ahead)};
  for (std::size_t i = 0; i < test.size(); ++i) {
    Belief belief = initial_belief(m);
    for (std::size_t k = 1; k <= test[i].horizon(); ++k) {
      predict(m, belief, test[i].actions[k - 1]);
      if (k > from && k <= from + ahead)
        predictive(m, belief, test[i].actions[k - 1], known.ahead.row(i, k - from));
      std::swap(belief.posterior, belief.predicted);
      for (std::size_t s = 0; s < m.states.size(); ++s) known.beliefs.row(i, k)[s] = probability(belief, s);
    }
  }
  return known;
}

double mean_total_variation(const StepTable& a, const StepTable& b) {
  double sum = 0;
  for (std::size_t i = 0; i < a.values.size(); ++i) sum += std::abs(a.values[i] - b.values[i]) / 2;
  return sum / static_cast<double>(a.rows());
}

double mean_kl(const StepTable& a, const StepTable& b) {
  double sum = 0;
  for (std::size_t i = 0; i < a.values.size(); ++i)
    if (a.values[i] > 0) sum += a.values[i] * std::log(a.values[i] / b.values[i]);
  return sum / static_cast<double>(a.rows());
}

}  // namespace

double show_beliefs(Chapter& chapter, const BeliefSettings& s, Learned& learned,
                    const std::vector<LearnedBelief>& shown) {
  const EpisodeData& data = learned.data;
  const auto few = [most = std::size_t{chapter.quick() ? 30u : 200u}](const std::vector<Trajectory>& all) {
    return std::span(all).first(std::min(all.size(), most));
  };
  const std::span<const Trajectory> fit = few(data.validation), test = few(data.held_out);
  const std::span<const Trajectory> scored =
      std::span(data.held_out).first(std::min(data.held_out.size(), BeliefScore::shown_episodes));
  const StepTable exact = exact_predictive(data.pomdp, scored);

  const std::size_t horizon = test[0].horizon(), from = horizon / 2,
                    ahead = std::min<std::size_t>(8, horizon - from);
  const StepTable exact_ahead = exact_open_loop(data.pomdp, test, from, ahead);
  const bool probed = data.pomdp.states.size() <= most_probed_states;
  StepTable beliefs_fit, beliefs_test;
  if (probed) {
    beliefs_fit = exact_beliefs(data.pomdp, fit);
    beliefs_test = exact_beliefs(data.pomdp, test);
  }
  const auto probe = [&](RssmLearner& learner) {
    Philox random(9);
    const Index samples = learner.model.deterministic() ? 1 : chapter.quick() ? 4 : 16;  // 1: all agree
    const auto remembered = [&](std::span<const Trajectory> t) {
      return summaries(learner.model, t, samples, random, SampleWeighting::importance);
    };
    const StepTable h_fit = remembered(fit), h_test = remembered(test);
    const LinearProbeOptions coarse{.gradient_norm = 1e-3, .iterations = 300};
    return score(fit_linear_probe(h_fit, beliefs_fit, coarse), h_test, beliefs_test);
  };

  const std::string last = std::to_string(ahead) + " ahead";
  std::vector<Column> columns{"variant", "KL 1 ahead", "KL " + last, {"calibration", 2}};
  if (probed) columns.insert(columns.end(), {"probe KL", {"± se", 1}, "probe TV", "untrained KL", "TV"});
  Table table(columns, 3);
  const Unseeing blind = unseeing(data.pomdp, test, from, ahead);
  const std::vector<MeanEstimate> no_look = prediction_kl(exact_ahead, blind.ahead);
  double unseen_kl = 0;
  std::vector<Cell> actions_only{"actions only", no_look.front().mean, no_look.back().mean, ""};
  chapter.results.set("actions_only.kl_ahead.1", no_look.front().mean);
  chapter.results.set("actions_only.kl_ahead." + std::to_string(ahead), no_look.back().mean);
  if (probed) {
    unseen_kl = mean_kl(beliefs_test, blind.beliefs);
    const double variation = mean_total_variation(beliefs_test, blind.beliefs);
    actions_only.insert(actions_only.end(), {unseen_kl, "", variation, "", ""});
    chapter.results.set("actions_only.belief_kl", unseen_kl);
    chapter.results.set("actions_only.belief_total_variation", variation);
  }
  table.row(actions_only);
  double most_missed = 0;
  for (const LearnedBelief& v : shown) {
    RssmLearner &learner = learned.models[learned.at(v.name)].model,
                &fresh = learned.untrained[learned.at(v.name)];
    Philox random(10);
    const StepTable imagined =
        open_loop(learner.model, test, static_cast<Index>(from), static_cast<Index>(ahead), s.samples, random,
                  SampleWeighting::importance);
    const std::vector<MeanEstimate> kl = prediction_kl(exact_ahead, imagined);
    const double error = calibration(exact, v.score.predictions, scored).expected_error;
    std::vector<Cell> row{v.name, kl.front().mean, kl.back().mean, error};
    for (std::size_t n = 0; n < kl.size(); ++n)
      chapter.results.set(v.name + ".kl_ahead." + std::to_string(n + 1), kl[n].mean, spread.kl_ahead);
    chapter.results.set(v.name + ".calibration_error", error, spread.calibration);
    if (probed) {
      const ProbeScore after = probe(learner), before = probe(fresh);
      most_missed = std::max(most_missed, after.kl.mean / unseen_kl);
      row.insert(row.end(), {after.kl.mean, after.kl.standard_error, after.total_variation.mean,
                             before.kl.mean, before.total_variation.mean});
      chapter.results.set(v.name + ".probe_cross_entropy", after.cross_entropy.mean,
                          spread.probe_cross_entropy);
      chapter.results.set(v.name + ".probe_kl", after.kl.mean, spread.probe_kl);
      chapter.results.set(v.name + ".probe_total_variation", after.total_variation.mean,
                          spread.probe_total_variation);
      chapter.results.set(v.name + ".untrained_probe_kl", before.kl.mean, spread.probe_kl);
      chapter.results.set(v.name + ".untrained_probe_total_variation", before.total_variation.mean,
                          spread.probe_total_variation);
    }
    table.row(row);
  }
  Philox random(12);
  const std::vector<MeanEstimate> floor =
      prediction_kl(exact_ahead, sampled_open_loop(data.pomdp, test, from, ahead, s.samples, random));
  std::vector<Cell> row{"exact, by samples"};
  for (const std::size_t n : {std::size_t{1}, ahead}) {
    const double kl = floor[n - 1].mean;  // infinite where no sample allows what may come
    row.push_back(std::isinf(kl) ? Cell("–") : Cell(kl));
    if (!std::isinf(kl)) chapter.results.set("exact.kl_ahead." + std::to_string(n), kl);
  }
  row.resize(columns.size(), Cell(""));
  table.row(row);
  std::cout << "KL(exact ‖ learned) of the prediction so many steps ahead, in nats, nothing being looked at "
               "after step "
            << from << ";\nthe first row has looked at nothing at all, the last is what " << s.samples
            << " samples of the exact belief cost; calibration error";
  if (probed)
    std::cout << "; KL in nats and\ntotal variation of the exact belief as a linear probe reads it off the "
                 "summary, trained and untrained";
  std::cout << "\n\n" << table << '\n';
  return most_missed;
}
