// Chapter 11: a recurrent state-space model in its variants, and which of them comes close to Bayes. Equation
// tags refer to README.md.

#include <filesystem>
#include <optional>

#include "sections.h"

using namespace doxa;
using namespace doxa::support;

namespace {

const std::vector<Part> every_part{Part::three, Part::balance, Part::table};
constexpr const char* training_flags[] = {"pomdp",  "episodes",   "action-weights", "horizon", "steps",
                                          "batch",  "schedule",   "hidden",         "latent",  "variant",
                                          "resume", "checkpoint", "samples"};

class Experiment {
 public:
  Experiment(Chapter& chapter, BeliefSettings s, const VariantChanges& changes)
      : chapter_(chapter), s_(std::move(s)), changes_(changes) {
    published_ = s_.as_published(chapter);
    for (const char* flag : {"summary", "kl-balance", "free-nats", "samples"})
      if (chapter.arguments().given(flag)) published_ = false;
    if (chapter.quick()) {
      s_.counts = {.validation = 40, .curve = 20, .held_out = 100};
      if (!chapter.arguments().given("samples")) s_.samples = 16;
      s_.curve_points = 2;
    }
    learned_.data = read_data(chapter, s_);
    for (const char* flag : {"summary", "kl-balance", "free-nats"})  // a checkpoint is of these, too
      if (chapter.arguments().given(flag))
        learned_.data.identity[flag] = flag == std::string("summary")      ? changes.summary
                                       : flag == std::string("kl-balance") ? changes.kl_balance
                                                                           : changes.free_nats;
  }

  bool all() const { return s_.variant == "all"; }
  bool published() const { return published_ && all() && chapter_.complete(); }
  const BeliefSettings& settings() const { return s_; }
  Learned& learned() { return learned_; }

  // Trains and scores those of some sections that are not trained yet, each on the same episodes and with the
  // same noise. Returns the names of all that are trained now.
  std::vector<std::string> train(const std::vector<Part>& parts) {
    std::vector<std::string> trained;
    for (const RssmVariant* v : chosen(parts))
      if (std::ranges::find(learned_.scores, v->name, &LearnedBelief::name) != learned_.scores.end() ||
          train(*v))
        trained.push_back(v->name);
    return trained;
  }
  std::vector<std::string> names() const {
    std::vector<std::string> trained;
    for (const LearnedBelief& l : learned_.scores) trained.push_back(l.name);
    return trained;
  }

  // What is refused is refused before anything is trained.
  void check(const std::vector<Part>& parts) {
    std::vector<std::string> of;
    for (const RssmVariant* v : chosen(parts)) {
      of.push_back(v->name);
      require_schedule(s_, v->name, steps(*v));
    }
    if (!of.empty()) require_checkpoints(chapter_, s_, of);
  }

 private:
  RssmSettings sizes(const RssmVariant& v) const {
    return settings_for(changed(v, changes_), s_, static_cast<Index>(learned_.data.pomdp.actions.size()),
                        static_cast<Index>(learned_.data.pomdp.observations.size()));
  }
  Index steps(const RssmVariant& v) const {
    // In multiplications and additions, for each variant.
    const double budget = chapter_.quick() ? 1e10 : s_.pomdp.file.empty() ? 1.8e11 : 8e11;
    if (s_.steps == 0 && chapter_.quick() && v.part == Part::balance) return 25;  // of which it claims little
    return s_.steps > 0 ? s_.steps : affordable_steps(sizes(v), s_, budget);
  }

  std::vector<const RssmVariant*> chosen(const std::vector<Part>& parts) const {
    std::vector<const RssmVariant*> of;
    for (const RssmVariant& v : rssm_variants())
      if (std::ranges::find(parts, v.part) != parts.end() && (all() || s_.variant == v.name))
        of.push_back(&v);
    return of;
  }

  bool train(const RssmVariant& v) {
    if (!chapter_.complete()) return false;  // stopped: later variants are not trained
    Philox initial(chapter_.seed(), 5), other(chapter_.seed(), 6);
    Trained one{{v.name, {Rssm(sizes(v), initial), changed(v, changes_).objective}, steps(v)}};
    BeliefSettings s = s_;
    // A variant that a stopped run did not reach has no checkpoint and starts from the beginning.
    if (!s.resume.empty() && all() && !std::filesystem::exists(s.resume + "." + v.name)) {
      if (s.checkpoint.empty()) s.checkpoint = s.resume;
      s.resume.clear();
    }
    std::vector<LearnedBelief> score = learn(chapter_, s, learned_.data, one);
    learned_.models.push_back(std::move(one.front()));
    learned_.untrained.push_back({Rssm(sizes(v), other), changed(v, changes_).objective});
    learned_.scores.push_back(std::move(score.front()));
    return true;
  }

  Chapter& chapter_;
  BeliefSettings s_;
  const VariantChanges& changes_;
  bool published_ = false;
  Learned learned_;
};

// Those of the variants that were trained, in the order of `names`.
std::vector<LearnedBelief> scores(const Learned& learned, const std::vector<std::string>& names) {
  std::vector<LearnedBelief> of;
  for (const std::string& name : names) of.push_back(learned.score(name));
  return of;
}

// One of the sections alone, of which `variant` is not.
void refuse_if_only(const Chapter& chapter, const char* section, const std::string& variant) {
  if (chapter.arguments().given("only"))
    throw UsageError("--only: found '" + std::string(section) + "' beside --variant " + variant +
                     ", expected the section that trains it, or table");
}

void three(Chapter& chapter, Experiment& e) {
  const std::vector<std::string> names = e.train({Part::three});
  if (names.empty()) return refuse_if_only(chapter, "three", e.settings().variant);
  const std::vector<LearnedBelief> of = scores(e.learned(), names);
  report(chapter, e.settings(), of);
  one_episode(chapter, e.learned());
  draw_figures(chapter, e.learned());
  claim_bounds(chapter, e.settings(), e.learned().data, of);
  if (e.published()) claim_three(chapter, e.learned());
}

void memory(Chapter& chapter, const BeliefSettings& s) {
  const bool only = chapter.arguments().given("only");
  if (!only && (s.variant != "all" || !s.pomdp.file.empty() || !s.episodes.empty())) return;
  chapter.arguments().refuse_beside_only("memory", training_flags);
  memory_of_samples(chapter);
}

void balance(Chapter& chapter, Experiment& e) {
  if (!e.settings().pomdp.file.empty() || !e.settings().episodes.empty())
    if (e.all() && !chapter.arguments().given("only")) return;  // a reader's model has the seven of the table
  std::vector<std::string> names = e.train({Part::balance});
  if (names.empty()) return refuse_if_only(chapter, "balance", e.settings().variant);
  const std::vector<LearnedBelief> of = scores(e.learned(), names);
  if (!e.all()) report(chapter, e.settings(), of);
  if (e.all()) names = e.train({Part::three, Part::balance});
  show_balance(chapter, e.learned(), names);
  claim_bounds(chapter, e.settings(), e.learned().data, of);
  if (e.published()) claim_balance(chapter, e.learned());
}

void table(Chapter& chapter, Experiment& e) {
  const std::vector<std::string> before = e.names();
  std::vector<std::string> names = e.train({Part::three, Part::table});
  if (names.empty()) names = e.train({Part::balance});
  const std::vector<LearnedBelief> all = scores(e.learned(), names);
  std::erase_if(names, [&](const std::string& name) { return std::ranges::count(before, name) > 0; });
  if (!names.empty()) report(chapter, e.settings(), all);
  show_multi_sample(chapter, e.learned());
  const double most_missed = show_beliefs(chapter, e.settings(), e.learned(), all);
  if (names.size() == all.size()) draw_figures(chapter, e.learned());
  claim_bounds(chapter, e.settings(), e.learned().data, scores(e.learned(), names));
  claim_no_leak(chapter, e.learned());
  if (e.published()) claim_table(chapter, all, most_missed);
}

}  // namespace

int main(int argc, char** argv) {
  Arguments arguments("11-rssm", "where a learned belief lives, and which models come close to Bayes");
  BeliefSettings s;
  VariantChanges changes;
  std::vector<std::string> names;
  for (const RssmVariant& v : rssm_variants()) names.push_back(v.name);
  add_flags(arguments, s, names,
            {.latent = "width of a Gaussian latent, classes of a discrete one; 0: width 8, or two classes "
                       "for each observation, at least 8 and at most 64",
             .batch = "episodes a training step; multi-sample takes a quarter as many, at least one, and "
                      "draws four times from each"});
  add_flags(arguments, changes, s);
  std::optional<Experiment> experiment;
  const auto section = [&](const char* name, auto run, std::vector<Part> parts) {
    return Section{name, [&, run, parts](Chapter& chapter) {
                     if (!experiment) {
                       experiment.emplace(chapter, s, changes);
                       experiment->check(arguments.given("only") ? parts : every_part);
                     }
                     run(chapter, *experiment);
                   }};
  };
  return run_chapter(arguments, argc, argv,
                     {section("three", three, {Part::three}),
                      {"memory", [&](Chapter& c) { memory(c, s); }},
                      section("balance", balance, {Part::three, Part::balance}),
                      section("table", table, {Part::three, Part::table})});
}
