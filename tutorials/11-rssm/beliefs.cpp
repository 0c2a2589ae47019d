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

// What somebody predicts who has forgotten all that was seen: the belief after step `from` is the one of the start.
StepTable forgetful_open_loop(const Pomdp& m, std::span<const Trajectory> test, std::size_t from,
                              std::size_t ahead) {
  StepTable p(m.observations.size(), test.size(), ahead);
  for (std::size_t i = 0; i < test.size(); ++i) {
    std::vector<double> belief = m.start;
    for (std::size_t n = 1; n <= ahead; ++n) {
      const std::size_t action = test[i].actions[from + n - 1];
      std::vector<double> moved(belief.size(), 0.0);
      for (std::size_t s = 0; s < belief.size(); ++s) {
        const StochasticMatrix::Row row = transition_row(m, action, s);
        for (std::size_t at = 0; at < row.size(); ++at)
          moved[row.column[at]] += belief[s] * row.probability[at];
      }
      belief = std::move(moved);
      for (std::size_t s = 0; s < belief.size(); ++s) {
        const StochasticMatrix::Row row = emission_row(m, action, s);
        for (std::size_t at = 0; at < row.size(); ++at)
          p.row(i, n)[row.column[at]] += belief[s] * row.probability[at];
      }
    }
  }
  return p;
}

}  // namespace

void show_beliefs(Chapter& chapter, const BeliefSettings& s, Learned& learned,
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
  const auto row_of = [&](const char* label, const std::string& name, const std::vector<MeanEstimate>& kls) {
    std::vector<Cell> row{label};
    for (const std::size_t n : {std::size_t{1}, ahead}) {
      const double kl = kls[n - 1].mean;  // infinite where no sample allows what may come
      row.push_back(std::isinf(kl) ? Cell("–") : Cell(kl));
      if (!std::isinf(kl)) chapter.results.set(name + ".kl_ahead." + std::to_string(n), kl);
    }
    return row;
  };
  std::vector<Cell> row =
      row_of("remembers nothing", "nothing",
             prediction_kl(exact_ahead, forgetful_open_loop(data.pomdp, test, from, ahead)));
  if (probed) {  // a summary that is always the same: the probe finds the mean belief
    const ProbeScore blind =
        score(fit_linear_probe(StepTable(1, fit), beliefs_fit), StepTable(1, test), beliefs_test);
    row.insert(row.end(), {Cell(""), blind.kl.mean, blind.kl.standard_error, blind.total_variation.mean});
    chapter.results.set("nothing.probe_kl", blind.kl.mean);
    chapter.results.set("nothing.probe_total_variation", blind.total_variation.mean);
  }
  row.resize(columns.size(), Cell(""));
  table.row(row);
  Philox random(12);
  row =
      row_of("exact, by samples", "exact",
             prediction_kl(exact_ahead, sampled_open_loop(data.pomdp, test, from, ahead, s.samples, random)));
  row.resize(columns.size(), Cell(""));
  table.row(row);
  std::cout << "KL(exact ‖ learned) of the prediction so many steps ahead, in nats, nothing being looked at "
               "after step "
            << from << ";\nthe last row is what " << s.samples
            << " samples of the exact belief cost; calibration error";
  if (probed)
    std::cout << "; KL in nats and\ntotal variation of the exact belief as a linear probe reads it off the "
                 "summary, trained and untrained";
  std::cout << "\n\n" << table << '\n';
}
