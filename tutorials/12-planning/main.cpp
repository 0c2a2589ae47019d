// Chapter 12: what a learned belief is worth when one acts on it. Equation tags refer to README.md.

#include <optional>

#include "doxa/models/pomdp/file.h"
#include "sections.h"

using namespace doxa;
using namespace doxa::support;

namespace {

// Why a model cannot be planned for; empty if it can.
std::string fault(const Pomdp& m) {
  if (!(m.discount > 0 && m.discount < 1))
    return "found discount " + to_text(m.discount) + ", expected more than 0 and less than 1";
  if (m.discount > 0.9999)  // an episode whose return counts has 7 / (1 - discount) steps
    return "found discount " + to_text(m.discount) + ", expected at most 0.9999, or episodes never end";
  const bool pays = std::ranges::any_of(m.reward.entries(), [](const auto& e) { return e.value != 0; });
  return pays ? "" : "found no rewards, expected at least one that is not 0";
}

std::vector<Known> known_models(Chapter& chapter, const PomdpInput& input) {
  const Pomdp given = read_model(chapter, input);
  if (const std::string why = fault(given); !why.empty()) throw UsageError(input.file + ": " + why);
  std::vector<Known> all;
  if (!input.file.empty()) {
    std::cout << "A model of " << given.states.size() << " states, " << given.actions.size()
              << " actions and " << given.observations.size() << " observations.\n";
    all.push_back(solve("given", "", given));
    return all;
  }
  all.push_back(solve("tiger", "", given));
  all.push_back(solve("tiger-wait", "tiger-wait.", read_pomdp(DOXA_POMDP_DIR "/tiger-wait.pomdp")));
  return all;
}

constexpr const char* training_flags[] = {"variant", "steps", "checkpoint", "resume"};

}  // namespace

int main(int argc, char** argv) {
  Arguments arguments("12-planning", "what a learned belief is worth when one acts on it");
  PomdpInput input;
  LearningSettings learning;
  add_flags(arguments, input, "the model to act in, in Cassandra's format instead of Tiger and tiger-wait");
  arguments.choice("variant", learning.variant, {"all", "belief", "discrete", "planet"},
                   "which model is learned to act in");
  arguments.integer("steps", learning.steps, {0, 100'000},
                    "iterations of acting, learning and imagining; 0: 150, or 6 with --quick");
  arguments.text("checkpoint", "FILE", learning.checkpoint,
                 "where each agent's state is kept while it learns (default: nowhere, or where --resume "
                 "found it)");
  arguments.text("resume", "FILE", learning.resume, "go on from such a file, with the same flags");

  std::vector<Known> models;
  const auto section = [&](const char* name, auto run) {
    return Section{name, [&, name, run](Chapter& chapter) {
                     if (name != std::string("learning")) arguments.refuse_beside_only(name, training_flags);
                     if (models.empty()) models = known_models(chapter, input);
                     run(chapter);
                   }};
  };
  return run_chapter(arguments, argc, argv,
                     {section("bet",
                              [&](Chapter& c) {
                                if (models.size() > 1)
                                  bet(c, models[1]);
                                else if (arguments.given("only"))
                                  throw UsageError(
                                      "--only: found 'bet', which is about tiger-wait, expected values, "
                                      "certificate or learning beside --pomdp");
                              }),
                      section("values", [&](Chapter& c) { show_values(c, models); }),
                      section("certificate", [&](Chapter& c) { show_certificate(c, models[0]); }),
                      section("learning", [&](Chapter& c) { learn_to_act(c, models, learning); })});
}
