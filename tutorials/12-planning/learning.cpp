// Section "learning": actors that learn in the imagination of a known or of a learned world, and what they
// are worth.

#include <ctime>
#include <limits>

#include "actors.h"
#include "doxa/models/beliefs/dreamer_checkpoint.h"
#include "doxa/models/beliefs/known_worlds.h"
#include "doxa/models/files/file.h"
#include "doxa/models/nn/checkpoint.h"
#include "doxa/models/nn/training.h"
#include "doxa/models/pomdp/file.h"
#include "support/progress.h"

using namespace doxa;
using namespace doxa::support;

namespace {

double processor_seconds() { return static_cast<double>(std::clock()) / CLOCKS_PER_SEC; }

// How far a run with the same seed on another machine may be from this one: trained policies differ by a few
// decisions.
constexpr double spread_of_score = 0.1, spread_of_agreement = 0.1;

// The actor learns where nothing has to be learned of the world itself.
template <WorldModel W>
LearnedActor learn_in(W& world, const char* name, const Arena& arena, Index steps, std::uint64_t seed) {
  const Pomdp& m = arena.known().m;
  const double begin = processor_seconds();
  LearnedActor l{.name = name, .iterations = steps};
  Philox initial(seed, 6);
  ActorCritic agent({.actions = actions(world), .features = features(world), .discount = m.discount},
                    initial);
  {
    Progress progress(std::string("the actor in ") + name, static_cast<std::size_t>(steps));
    train_actor_in(world, m, agent, {.steps = steps}, seed, [&](Index, const ActorCriticStep& s) {
      l.curve.push_back(s.mean_return);
      progress.step([&] { return "imagined return " + significant(s.mean_return, 3); });
    });
  }
  arena.judge(l, world, agent);
  l.seconds = processor_seconds() - begin;
  return l;
}

// From nothing, or from a checkpoint, until all iterations are over or a signal asks to stop.
LearnedActor learn_all(Chapter& chapter, const ActingVariant& v, const Arena& arena, Index iterations,
                       const ActingFiles& files, const StopRequest& stop) {
  const Pomdp& m = arena.known().m;
  const double begin = processor_seconds();
  Dreamer d = dreamer(v, m, iterations, chapter.seed());
  DreamerNotes notes{{{"variant", v.name},
                      {"seed", std::to_string(chapter.seed())},
                      {"iterations", std::to_string(iterations)},
                      {"model", checksum(format_pomdp(m))}}};
  if (!files.resume.empty()) load_dreamer(files.resume, d, notes);
  {
    Progress progress("learning " + v.name, static_cast<std::size_t>(iterations - d.iteration));
    dream(d, m, [&](const DreamerProgress& p) {
      notes.curve.push_back(p.collected_return);
      progress.step([&] {
        return "return " + significant(p.collected_return, 3) + ", model " + significant(p.model_loss, 3) +
               " nats";
      });
      const bool last = p.iteration == iterations || stop;
      if (!files.checkpoint.empty() && (last || p.iteration % std::max<Index>(1, iterations / 4) == 0))
        save_dreamer(files.checkpoint, d, notes);
      return !stop;
    });
  }
  LearnedActor l{.name = v.name, .iterations = d.iteration, .curve = notes.curve};
  RssmWorld world(d.learner.model);
  arena.judge(l, world, d.agent);
  if (!arena.known().is_given()) l.door = better_door(world, m);
  l.seconds = processor_seconds() - begin;
  const bool first = v.name == acting_variants().front().name;
  if (first && !arena.known().is_given() && !chapter.quick() && !stop)
    l.searched = earned_by_sequences(world, arena.known(), chapter.seed());
  if (stop) chapter.stopped(stop.signal(), "iteration " + std::to_string(d.iteration) + " of " + v.name);
  return l;
}

Cell or_dash(double x) { return std::isnan(x) ? Cell("–") : Cell(x); }

void put(Chapter& chapter, const Known& k, const LearnedActor& l, const std::string& name) {
  const std::string prefix = k.prefix + name;
  const double span = std::abs(k.optimum() - k.memoryless.value.middle()) + 1;
  Results& r = chapter.results;
  r.set(prefix + "return", l.earned.mean, spread_of_score * span);
  r.set(prefix + "return_se", l.earned.standard_error, spread_of_score * span);
  r.set(prefix + "promised", l.promised, spread_of_score * span);
  r.set(prefix + "planning_score", l.score, spread_of_score);
  r.set(prefix + "planning_score_se", l.score_error, spread_of_score);
  if (l.searched) {
    r.set(prefix + "searched.return", l.searched->mean, spread_of_score * span);
    r.set(prefix + "searched.return_se", l.searched->standard_error, spread_of_score * span);
  }
  if (k.m.states.size() == 2) r.set(prefix + "agreement", l.agrees, spread_of_agreement);
  r.set(prefix + "seconds", l.seconds);
}

// The variant that is best on episodes that are not those of the score.
const LearnedActor& chosen(const std::vector<LearnedActor>& all) {
  return *std::ranges::max_element(all, {}, [](const LearnedActor& l) { return l.validation.mean; });
}

void report_actors(Chapter& chapter, const Known& k, const std::vector<LearnedActor>& known_world,
                   const std::vector<LearnedActor>& learned) {
  const double V = k.optimum();
  Table table({"learns in",
               {"promised", 4},
               {"earned", 4},
               {"± se", 2},
               {"planning_score", 3},
               {"± se", 2},
               {"lost to the model", 3},
               {"to the actor", 3},
               {"seconds", 2}});
  const double to_actor = V - known_world.front().earned.mean;
  for (const LearnedActor& l : known_world)
    table.row({l.name == "exact" ? "the exact belief" : "the hidden state", l.promised, l.earned.mean,
               l.earned.standard_error, or_dash(l.score), or_dash(l.score_error), "",
               l.name == "exact" ? Cell(to_actor) : Cell(""), l.seconds});
  for (const LearnedActor& l : learned)
    table.row({l.name + (&l == &chosen(learned) ? " (chosen)" : ""), l.promised, l.earned.mean,
               l.earned.standard_error, or_dash(l.score), or_dash(l.score_error),
               V - l.earned.mean - to_actor, to_actor, l.seconds});  // (12.12)
  for (const LearnedActor& l : learned)
    if (l.searched)
      table.row(
          {l.name + ", by search", "", l.searched->mean, l.searched->standard_error, "", "", "", "", ""});
  std::cout << '\n'
            << k.name << ": V* = " << significant(V, 6) << ", the last observation only "
            << significant(std::abs(k.memoryless.value.middle()) < 1e-9 ? 0 : k.memoryless.value.middle(), 6)
            << "\n\n";
  chapter.print(k.name, table);
  for (const LearnedActor& l : learned)
    std::cout << "  " << l.name << ", return in the course of learning  " << sparkline(l.curve) << '\n';
  std::cout << std::flush;
}

// Whether a model has remembered the roars: what it expects of a door.
void report_doors(Chapter& chapter, const Known& k, const std::vector<LearnedActor>& learned) {
  std::vector<Column> headers{"expects of the better door, at a lead of"};
  for (std::size_t j = 0; j <= most_roars; ++j) headers.emplace_back(std::to_string(j), 3);
  Table table(headers);
  const auto row = [&](const std::string& name, const std::vector<double>& door) {
    std::vector<Cell> cells{name};
    cells.insert(cells.end(), door.begin(), door.end());
    table.row(cells);
  };
  const std::vector<double> exact = exact_better_door(k.m);
  row("the exact belief", exact);
  for (const LearnedActor& l : learned) row(l.name, l.door);
  std::cout << '\n';
  chapter.print(k.name + "-doors", table);
  const bool published = !chapter.quick() && !chapter.arguments().given("steps") &&
                         !chapter.arguments().given("variant") && chapter.complete();
  if (!published) return;
  const LearnedActor& best = chosen(learned);
  for (std::size_t j = 0; j <= most_roars; ++j)
    chapter.claims.equal(
        k.name + ": what the chosen variant expects of the better door at a lead of " + std::to_string(j),
        best.door[j], exact[j], 6, "a door's prices are 110 apart: a probability wrong by 0.05");
  for (const LearnedActor& l : learned)
    if (l.name == "planet")
      chapter.claims.at_most(k.name +
                                 ": planet has forgotten the roars: what it expects of the better door at "
                                 "a lead of 3, where it is 9.4",
                             l.door[most_roars], -20, 0,
                             "listening for ever is worth -20 and looks better to it");
}

void claim_actors(Chapter& chapter, const Known& k, const std::vector<LearnedActor>& known_world,
                  const std::vector<LearnedActor>& learned) {
  const double V = k.best.value().upper, hidden_by_cut = 1e-2 * (1 + std::abs(k.optimum()));
  const auto beyond = [&](const LearnedActor& l) {
    return l.earned.mean - V - 4 * l.earned.standard_error - hidden_by_cut;
  };
  const LearnedActor* highest = &known_world.front();
  for (const std::vector<LearnedActor>* all : {&known_world, &learned})
    for (const LearnedActor& l : *all)
      if (beyond(l) > beyond(*highest)) highest = &l;
  chapter.claims.at_most(
      k.name + ": no actor earns more than V*", highest->earned.mean, V,
      4 * highest->earned.standard_error + hidden_by_cut,
      "4 standard errors of the one that comes closest, and what the cut at the horizon may hide");
  const bool published = !k.is_given() && !chapter.quick() && !chapter.arguments().given("steps");
  if (!published || !chapter.complete()) return;
  const std::string of = k.name + ": ";
  chapter.claims.at_least(of + "planning_score of the actor on the exact belief", known_world[0].score, 0.95,
                          0, "what this chapter set out to reach; the table has its standard error");
  const LearnedActor& hidden = known_world[1];
  chapter.claims.equal(of + "an actor that was shown the state opens a door at once and earns -900",
                       hidden.earned.mean, -900, 4 * hidden.earned.standard_error + 2,
                       "4 standard errors, and the part of the return behind the horizon");  // (12.6)
  for (const LearnedActor& l : learned)
    if (l.searched) claim_searched(chapter, k, *l.searched);
  if (chapter.arguments().given("variant")) return;
  const LearnedActor& best = chosen(learned);
  chapter.claims.at_least(of + "planning_score of the variant chosen on validation returns", best.score, 0.95,
                          0, "what this chapter set out to reach; the table has its standard error");
  chapter.claims.at_least(of + "the chosen variant does what the optimal policy does, share of the steps",
                          best.agrees, 0.95, 0, "some steps may be close to a threshold");
  for (const LearnedActor& l : learned)
    if (l.name == "planet")
      chapter.claims.at_most(of + "planet earns less than the chosen variant, by more than 4 standard errors",
                             l.earned.mean + 4 * (l.earned.standard_error + best.earned.standard_error),
                             best.earned.mean, 0, "the standard errors are in the number");
}

// One model's actors.
void learn_in_model(Chapter& chapter, const Known& k, const LearningSettings& s, bool alone,
                    const StopRequest& stop) {
  const bool second = !k.prefix.empty();
  const bool quick = chapter.quick();
  const Index iterations = s.steps > 0 ? s.steps
                           : quick     ? 6
                                       : 150,
              actor_steps = iterations * DreamerSettings{}.actor_steps;  // as many as in a learned world
  // Where the discount makes episodes long, fewer of them are played.
  const Index most = std::clamp<Index>(700'000 / effective_horizon(k.m.discount), 50, 1000);
  const Arena arena(k, std::min<Index>(quick ? 50 : 300, most), std::min<Index>(quick ? 100 : 1000, most));
  std::vector<LearnedActor> known_world, learned;
  ExactBeliefWorld exact(k.m);
  HiddenStateWorld hidden(k.m);
  known_world.push_back(learn_in(exact, "exact", arena, actor_steps, chapter.seed()));
  known_world.push_back(learn_in(hidden, "hidden", arena, actor_steps / 2, chapter.seed()));
  put(chapter, k, known_world[0], "exact_actor.");
  put(chapter, k, known_world[1], "hidden_actor.");
  for (const ActingVariant& v : acting_variants()) {
    if (!s.trains(v.name, second) || stop) continue;
    learned.push_back(learn_all(chapter, v, arena, iterations, s.files(alone ? "" : k.name, v.name), stop));
    put(chapter, k, learned.back(), v.name + ".");
  }
  if (learned.empty()) return;
  report_actors(chapter, k, known_world, learned);
  chapter.results.set(k.prefix + "variant", chosen(learned).name);
  put(chapter, k, chosen(learned), "");
  if (!k.is_given()) report_doors(chapter, k, learned);
  claim_actors(chapter, k, known_world, learned);
  const std::string name = alone ? "" : "-" + k.name;
  chapter.figure("returns" + name, returns_figure(k, learned));
  if (k.m.states.size() == 2) {
    std::vector<const LearnedActor*> shown{&known_world[0]};
    for (const LearnedActor& l : learned) shown.push_back(&l);
    chapter.figure("policy" + name, policy_figure(k, shown));
  }
}

}  // namespace

bool LearningSettings::trains(const std::string& name, bool second_model) const {
  return variant == name || (variant == "all" && (!second_model || name == acting_variants()[0].name));
}

ActingFiles LearningSettings::files(const std::string& model, const std::string& name) const {
  const auto of = [&](const std::string& file) {
    if (file.empty()) return file;
    return file + (model.empty() ? "" : "." + model) + (variant == "all" ? "." + name : "");
  };
  const std::string from = of(resume);
  // A run that was stopped has no checkpoint of what it did not come to.
  return {.checkpoint = of(checkpoint.empty() ? resume : checkpoint),
          .resume = !from.empty() && std::filesystem::exists(from) ? from : ""};
}

void learn_to_act(Chapter& chapter, const std::vector<Known>& models, const LearningSettings& s) {
  std::size_t found = 0;
  for (const Known& k : models)
    for (const ActingVariant& v : acting_variants()) {
      if (!s.trains(v.name, !k.prefix.empty())) continue;
      const ActingFiles f = s.files(models.size() > 1 ? k.name : "", v.name);
      if (!f.resume.empty()) {
        require_regular_file(f.resume, ".safetensors file");
        read_checkpoint(f.resume);  // a damaged one is refused before another variant has trained for minutes
        ++found;
      }
      if (!f.checkpoint.empty()) require_rewritable(f.checkpoint);
    }
  if (!s.resume.empty() && found == 0)
    throw UsageError("--resume: there is no checkpoint " + s.resume + " of this model and variant");
  const StopRequest stop;
  for (const Known& k : models)
    if (!stop && !(chapter.quick() && &k != &models.front()))
      learn_in_model(chapter, k, s, models.size() == 1, stop);
}
