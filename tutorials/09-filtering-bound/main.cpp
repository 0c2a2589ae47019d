// Chapter 09: how good a belief that only looks back can be, as a variational posterior. Everything is exact.
// Equation tags refer to README.md.

#include <optional>

#include "doxa/models/pomdp/simulate.h"
#include "sections.h"
#include "support/pomdp_input.h"

using namespace doxa;
using namespace doxa::support;

namespace {

struct Options {
  PomdpInput input;
  std::vector<double> weights;
  std::size_t horizon = 6;
  double ear = default_ear;
};

// The longest horizon up to `most` whose tables over histories are small enough for a few seconds.
std::size_t affordable_horizon(const Pomdp& m, std::size_t most) {
  const std::size_t cells = m.states.size() * m.states.size(),
                    branches = m.actions.size() * m.observations.size();
  std::size_t horizon = 1, histories = branches;
  while (horizon < most && histories <= (std::size_t{1} << 20) / (branches * cells))
    histories *= branches, ++horizon;
  return horizon;
}

Pomdp tiger_with_ear(Pomdp m, double ear) {
  if (ear == default_ear) return m;
  const std::size_t listen = index_of(m.actions, "listen", "action");
  for (std::size_t s = 0; s < 2; ++s)
    for (std::size_t o = 0; o < 2; ++o)
      m.emission.probability[m.emission.begin[listen * 2 + s] + o] = o == s ? ear : 1 - ear;
  return m;
}

// The settings of a run, and their exact numbers, each computed when a section first asks for it.
class Settings {
 public:
  Settings(Chapter& chapter, const Options& options) {
    const Pomdp m = read_model(chapter, options.input);
    if (options.input.file.empty()) {
      const Pomdp tiger = tiger_with_ear(m, options.ear);
      const auto add = [&](const char* key, const char* name, std::vector<double> probabilities) {
        settings_.push_back({key, name, tiger, std::move(probabilities), options.horizon});
      };
      add("uniform", "uniform", open_loop_policy(tiger));
      add("listen90", "90 % listen", {0.9, 0.05, 0.05});
      add("listen", "listen only", {1.0, 0.0, 0.0});
    } else {
      const std::size_t horizon = chapter.arguments().given("horizon")
                                      ? options.horizon
                                      : affordable_horizon(m, chapter.quick() ? 4 : 6);
      settings_.push_back({"model", "given", m, open_loop_policy(m, options.weights), horizon});
      const std::size_t histories = count_histories(m, horizon);
      std::cout << "A model of " << m.states.size() << " states, " << m.actions.size() << " actions and "
                << m.observations.size() << " observations; " << horizon << " steps, " << histories
                << " histories.\n";
    }
  }

  const std::vector<Setting>& all() const { return settings_; }
  const Setting& uniform() const { return settings_.front(); }   // of a reader's model: the only one
  const Setting& listening() const { return settings_.back(); }  // the same
  const std::vector<Exact>& exact() {
    if (exact_.empty())
      for (const Setting& setting : settings_) exact_.push_back(solve(setting));
    return exact_;
  }

 private:
  std::vector<Setting> settings_;
  std::vector<Exact> exact_;
};

}  // namespace

int main(int argc, char** argv) {
  Arguments arguments("09-filtering-bound", "the bound of a belief that only looks back, exactly");
  Options options;
  add_flags(arguments, options.input, "the model, in Cassandra's format instead of Tiger");
  arguments.numbers("action-weights", "W,W,…", options.weights,
                    "how often each action is taken (default: all alike)");
  arguments.integer(
      "horizon", options.horizon, {1, 64},
      "steps; all (A·O)^T histories are enumerated (less by default where they are many, and with "
      "--quick at most 4)");
  for (const char* flag : {"action-weights", "horizon"}) arguments.needs(flag, "pomdp");
  arguments.excludes("horizon", {"quick"}, "of a model of yours, the horizon is all that --quick shortens");
  arguments.positive("ear", options.ear, "how often Tiger's roar is right, above 0.5 and up to 0.95");
  arguments.excludes("pomdp", {"ear"}, "it is Tiger's");
  arguments.must_hold([&]() -> std::string {
    if (options.ear > 0.5 && options.ear <= 0.95) return {};
    return "--ear: found " + significant(options.ear, 4) + ", expected a number above 0.5 and up to 0.95";
  });

  std::optional<Settings> settings;
  const auto section = [&](const char* name, bool of_tiger, auto run) {
    return Section{name, [&, name, of_tiger, run](Chapter& chapter) {
                     const bool of_reader = arguments.given("pomdp");
                     if (of_tiger && of_reader && arguments.given("only"))
                       throw UsageError("--only: found '" + std::string(name) +
                                        "', which is about Tiger, expected "
                                        "terms, families or summary beside --pomdp");
                     if (of_tiger && of_reader) return;
                     if (!settings) settings.emplace(chapter, options);
                     run(chapter);
                   }};
  };
  const bool tiger = true, any_model = false;
  return run_chapter(
      arguments, argc, argv,
      {section("bet", tiger, [&](Chapter& c) { bet(c, settings->listening(), options.ear); }),
       section("terms", any_model,
               [&](Chapter& c) { decomposition(c, settings->uniform(), settings->exact()[0]); }),
       section("families", any_model,
               [&](Chapter& c) { families(c, settings->uniform(), settings->exact()[0]); }),
       section("policies", tiger, [&](Chapter& c) { policies(c, settings->all(), settings->exact()); }),
       section("ascent", tiger, [&](Chapter& c) { ascent(c, settings->uniform()); }),
       section("listening", tiger, [&](Chapter& c) { listening(c, settings->uniform(), options.ear); }),
       section("sequences", tiger, [&](Chapter& c) { sequences(c, settings->uniform(), options.ear); }),
       section("summary", any_model,
               [&](Chapter& c) {
                 summary_in_the_prior(c, settings->listening(), settings->exact().back());
                 if (options.input.file.empty()) moves_on_tiger(c, settings->listening(), options.ear);
               }),
       section("direction", tiger, [&](Chapter& c) { reversed(c); })});
}
