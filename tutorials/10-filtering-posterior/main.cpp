// Chapter 10: learns a world model and its filtering posterior from action-observation sequences alone, and
// measures how close its predictions come to those of the exact Bayes filter.

#include <optional>

#include "sections.h"

using namespace doxa;
using namespace doxa::support;

namespace {

// The data of a run and what was learned from them, each made when a section first asks for it.
class Experiment {
 public:
  Experiment(Chapter& chapter, const BeliefSettings& settings) : chapter_(chapter), settings_(settings) {
    if (chapter.quick()) {
      settings_.counts = {.validation = 100, .curve = 50, .held_out = 200};
      settings_.curve_points = 3;
      if (!chapter.arguments().given("samples")) settings_.samples = 64;
    }
  }

  bool tiger() const { return settings_.pomdp.file.empty() && settings_.episodes.empty(); }
  const BeliefSettings& settings() const { return settings_; }
  const EpisodeData& data() {
    if (!data_) {
      data_.emplace(read_data(chapter_, settings_));
      refuse_what_cannot_be_trained();
    }
    return *data_;
  }
  std::vector<BeliefVariant<FilteringPosterior>>& variants() {
    learned();
    return variants_;
  }
  const std::vector<LearnedBelief>& learned() {
    if (learned_.empty()) {
      make_variants();
      learned_ = learn(chapter_, settings_, data(), variants_);
    }
    return learned_;
  }

 private:
  Index steps() const {
    return settings_.steps > 0 ? settings_.steps : chapter_.quick() ? 300 : tiger() ? 3000 : 8000;
  }
  // Before anything is trained, the one episode's model too.
  void refuse_what_cannot_be_trained() const {
    std::vector<std::string> names{"markov", "recurrent"};
    if (settings_.variant != "all") names = {settings_.variant};
    for (const std::string& name : names) require_schedule(settings_, name, steps());
    require_checkpoints(chapter_, settings_, names);
  }
  // The Markov posterior of (10.4), and the same with a recurrent summary of the past latents.
  void make_variants() {
    const auto actions = static_cast<Index>(data().pomdp.actions.size()),
               observations = static_cast<Index>(data().pomdp.observations.size());
    const FilteringPosterior::Sizes markov{actions, observations, settings_.latent > 0 ? settings_.latent : 8,
                                           settings_.hidden, 0};
    auto recurrent = markov;
    recurrent.summary = settings_.hidden;
    Philox initial(chapter_.seed(), 5);
    for (const auto& [name, sizes] : {std::pair{"markov", markov}, std::pair{"recurrent", recurrent}}) {
      FilteringPosterior model(sizes, initial);
      if (settings_.variant == "all" || settings_.variant == name)
        variants_.push_back({name, std::move(model), steps()});
    }
  }

  Chapter& chapter_;
  BeliefSettings settings_;
  std::optional<EpisodeData> data_;
  std::vector<BeliefVariant<FilteringPosterior>> variants_;
  std::vector<LearnedBelief> learned_;
};

void learning(Chapter& chapter, Experiment& e) {
  const std::vector<LearnedBelief>& learned = e.learned();
  report(chapter, e.settings(), learned);  // (10.10), whose limit is the exact filter's (10.1)
  std::vector<const LearnedBelief*> all;
  for (const LearnedBelief& l : learned) all.push_back(&l);
  chapter.figure("learning", learning_figure(e.data(), learned));
  chapter.figure("calibration", calibration_figure(e.data(), all));
  chapter.figure("track", track_figure(e.data(), {&best_of(learned)}));
  claim_bounds(chapter, e.settings(), e.data(), learned);
  if (e.settings().as_published(chapter) && e.settings().variant == "all" && chapter.complete())
    chapter.claims.at_least("memory_score of the chosen variant on Tiger",
                            best_of(learned).score.memory.score, chapter.quick() ? 0.5 : 0.85, 0,
                            chapter.quick()
                                ? "half of what memory is worth, after a tenth of the training steps"
                                : "what this chapter set out to reach; the table has its standard error");
}

}  // namespace

int main(int argc, char** argv) {
  Arguments arguments("10-filtering-posterior",
                      "Learning a filtering posterior from actions and observations alone");
  BeliefSettings s;
  add_flags(arguments, s, {"markov", "recurrent"}, {.latent = "width of the latent; 0: 8"});
  std::optional<Experiment> experiment;
  const auto section = [&](const char* name, bool of_tiger, auto run) {
    return Section{name, [&, name, of_tiger, run](Chapter& chapter) {
                     if (!chapter.complete()) return;  // stopped in an earlier section
                     if (!experiment) experiment.emplace(chapter, s);
                     if (of_tiger && !experiment->tiger()) {
                       if (arguments.given("only"))
                         throw UsageError("--only: found '" + std::string(name) +
                                          "', which is about Tiger, expected learning or samples beside "
                                          "--pomdp or --episodes");
                       return;
                     }
                     run(chapter, *experiment);
                   }};
  };
  const bool tiger = true, any_model = false;
  return run_chapter(
      arguments, argc, argv,
      {section("episode", tiger,
               [](Chapter& c, Experiment& e) {
                 draw_models(c);
                 one_episode(c, e.data().pomdp);
               }),
       section("learning", any_model, [](Chapter& c, Experiment& e) { learning(c, e); }),
       section("samples", any_model,
               [](Chapter& c, Experiment& e) {
                 auto& variants = e.variants();
                 if (c.complete())
                   show_samples(c, e.data(), variants.back().model, e.settings().as_published(c));
               }),
       section(
           "parameters", tiger,
           [](Chapter& c, Experiment& e) {
             if (!e.settings().as_published(c)) {
               if (!c.arguments().given("only")) return;
               throw UsageError(
                   "--only: found 'parameters' beside a flag that changes the training, expected it alone: "
                   "it is about the models of the chapter's own settings");
             }
             auto& variants = e.variants();
             if (c.complete()) true_parameters(c, e.data(), variants);
           }),
       section("price", tiger, [](Chapter& c, Experiment&) { show_the_price(c); }),
       section("direction", tiger, [](Chapter& c, Experiment&) { one_step(c); })});
}
