#include "doxa/models/nn/training.h"

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <iostream>
#include <numeric>

#include "doxa/models/beliefs/prediction.h"
#include "support/belief_learning/experiment.h"
#include "support/number.h"
#include "support/progress.h"

namespace doxa::support {
namespace {

namespace fs = std::filesystem;

// --checkpoint FILE and --resume FILE name one file where one variant is trained, else one a variant.
fs::path of_variant(const std::string& file, const std::string& name, const BeliefSettings& s) {
  return s.variant == "all" ? fs::path(file + "." + name) : fs::path(file);
}

Episodes next_batch(const BeliefData& data, const BeliefSettings& s, Index copies, Philox& random) {
  const Index count = std::max<Index>(1, s.batch / copies);
  std::vector<Index> which(static_cast<std::size_t>(count));
  if (data.training.empty()) {
    std::iota(which.begin(), which.end(), Index{0});
    return episodes(
        simulate(data.pomdp, data.policy, static_cast<std::size_t>(s.horizon), which.size(), random), which,
        copies);
  }
  for (Index& i : which) i = random.uniform_index(static_cast<Index>(data.training.size()));
  return episodes(data.training, which, copies);
}

void train_variant(BeliefVariant& v, Chapter& chapter, const BeliefSettings& s, const BeliefData& data,
                   std::uint64_t stream, const StopRequest& stop) {
  LearnedBelief& model = *v.model;
  const auto begin = std::chrono::steady_clock::now();
  const std::span<const Trajectory> few =
      std::span(data.validation).first(std::min(s.few, data.validation.size()));
  Philox draw(chapter.seed(), stream), noise(chapter.seed(), stream + 1);
  Tape tape;
  Progress progress("training " + v.name(), static_cast<std::size_t>(v.steps));
  Training t;
  t.run.parameters = model.parameters;
  t.run.generators = {{"data", &draw}, {"noise", &noise}};
  t.run.settings = {{"variant", v.name()},
                    {"seed", std::to_string(chapter.seed())},
                    {"horizon", std::to_string(s.horizon)},
                    {"batch", std::to_string(s.batch)},
                    {"hidden", std::to_string(s.hidden)},
                    {"latent", std::to_string(s.latent)},
                    {"data", data.fingerprint}};
  t.rate = {.peak = s.rate, .steps = v.steps, .warm_up = std::max<Index>(1, v.steps / 50)};
  t.max_norm = s.max_norm;
  t.loss = [&](Index step) {
    tape.clear();
    const Episodes e = next_batch(data, s, model.copies, draw);
    const Var loss = model.loss(tape, e, static_cast<double>(step - 1) / static_cast<double>(v.steps), noise);
    tape.backward(loss);
    return static_cast<double>(loss.item());
  };
  t.validate_every = std::max<Index>(1, v.steps / static_cast<Index>(s.curve_points));
  t.validation = [&] {
    Philox same(1);  // the same samples each time, so that the curve shows the model and not the noise
    return mean(prediction_nll(model.predictive(few, std::min<Index>(16, s.samples), same), few));
  };
  t.on_step = [&](const TrainingStep& now) {
    progress.step([&] {
      return "loss " + significant(now.loss, 4) +
             (now.validation ? ", excess " + significant(*now.validation - data.exact_few, 3) : "");
    });
  };
  t.stop = [&] { return static_cast<bool>(stop); };
  const std::string& kept =
      s.checkpoint.empty() ? s.resume : s.checkpoint;  // where it came from, if nowhere else
  t.checkpoint = kept.empty() ? chapter.out() / (v.name() + ".safetensors") : of_variant(kept, v.name(), s);
  t.checkpoint_every = std::max<Index>(1, v.steps / 4);
  if (!s.resume.empty()) {
    // Of several variants those that a stopped run did not come to have no checkpoint: they begin.
    const fs::path from = of_variant(s.resume, v.name(), s);
    if (s.variant != "all" || fs::exists(from)) t.resume = from;
  }
  const TrainingReport done = train(t);
  v.done = done.steps;
  v.curve_step = done.validation_step;
  for (const double loss : done.validation) v.curve_excess.push_back(loss - data.exact_few);
  v.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

void score_variant(BeliefVariant& v, const BeliefSettings& s, const BeliefData& data, Philox random) {
  LearnedBelief& model = *v.model;
  v.validation = mean(prediction_nll(model.predictive(data.validation, s.samples, random), data.validation));
  v.predictions = model.predictive(data.held_out, s.samples, random);
  v.nll = prediction_nll(v.predictions, data.held_out);
  v.score = memory_score(data.last, v.nll, data.exact);
  std::vector<Index> all(data.held_out.size());
  std::iota(all.begin(), all.end(), Index{0});
  Tape tape;
  const Evaluation evaluation(tape);
  const Episodes e = episodes(data.held_out, all);
  const BoundTerms terms = model.bound(tape, e, random);
  const double steps = static_cast<double>(e.horizon);
  for (std::size_t i = 0; i < all.size(); ++i) {
    const double kl = static_cast<double>(terms.kl.value()[i]);
    v.bound.push_back((static_cast<double>(terms.log_likelihood.value()[i]) - kl) / steps);
    v.kl.push_back(kl / steps);
  }
}

}  // namespace

double BeliefVariant::mean_kl() const { return mean(kl); }
double BeliefVariant::mean_bound() const { return mean(bound); }

std::vector<BeliefVariant> learn(Chapter& chapter, const BeliefSettings& s, const BeliefData& data,
                                 std::vector<BeliefVariant> variants) {
  if (!s.resume.empty() && s.variant == "all" && std::ranges::none_of(variants, [&](const BeliefVariant& v) {
        return fs::exists(of_variant(s.resume, v.name(), s));
      }))
    throw UsageError("--resume: there is no " + of_variant(s.resume, variants.front().name(), s).string() +
                     " nor that of another variant");
  const StopRequest stop;
  std::vector<BeliefVariant> learned;
  std::uint64_t stream = 16;
  for (BeliefVariant& v : variants) {
    train_variant(v, chapter, s, data, stream, stop);
    score_variant(v, s, data, Philox(chapter.seed(), 7));
    learned.push_back(std::move(v));
    stream += 2;
    if (stop) {
      chapter.cut_short();
      std::cout << "stopped after step " << learned.back().done << " of " << learned.back().name() << '\n';
      break;
    }
  }
  return learned;
}

}  // namespace doxa::support
