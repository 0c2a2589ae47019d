#pragma once

#include <memory>

#include "sections.h"

// One who learned to act, and what he is worth.
struct LearnedActor {
  std::string name;
  doxa::Index iterations = 0;
  std::vector<double> curve = {};      // mean return of what was collected or imagined, by iteration
  double promised = 0;                 // the return that the world he learned in imagines of him
  doxa::MeanEstimate earned = {};      // the return in the true world, by earned_beside
  doxa::MeanEstimate validation = {};  // the same on other episodes
  double score = 0, score_error = 0;   // planning_score, NaN where memory is worth nothing
  double agrees = 0;                   // share of the steps at which the action is that of the optimal policy
  double seconds = 0;                  // of processor time
  std::vector<double> belief = {};     // of the steps of some episodes: the exact belief in the first state,
  std::vector<std::vector<double>> probabilities = {};  // and π(a|x), [A][steps]
  std::optional<doxa::MeanEstimate> searched = {};      // earned_by_sequences in the model he learned
  std::vector<double> door = {};  // better_door of the model he learned, if that is one of Tiger
};

// The mean return of some episodes, in which an optimal policy earned `ideal`: V* and the mean difference, in
// which what both have in common cancels, or the plain mean where that has less noise (of an agent that always
// listens, say).
doxa::MeanEstimate earned_beside(const std::vector<double>& own, const std::vector<double>& ideal,
                                 double optimum);

// Plays an optimal policy and a learned one in the same episodes.
class Arena {
 public:
  Arena(const Known& k, doxa::Index validation, doxa::Index test);

  // Fills in promised, earned, validation, score and agrees.
  template <doxa::WorldModel W>
  void judge(LearnedActor& l, W& world, doxa::ActorCritic& agent) const {
    const doxa::Chooser greedy = doxa::greedy_chooser(world, agent.actor);
    enter_returns(l, doxa::returns_of(world, known_.m, greedy, validation_, validation_seed),
                  doxa::returns_of(world, known_.m, greedy, test_, test_seed));
    l.promised = imagined_return(world, greedy);
    follow(l, world, agent, greedy);
  }

  const Known& known() const { return known_; }

 private:
  static constexpr std::uint64_t validation_seed = 1001, test_seed = 1002, imagined_seed = 1003,
                                 followed_seed = 1004;

  void enter_returns(LearnedActor& l, const std::vector<double>& validation,
                     const std::vector<double>& test) const;
  // At each step of some episodes: the exact belief, what the actor would do, and what is best.
  void enter_steps(LearnedActor& l, const std::vector<doxa::Trajectory>& episodes,
                   const std::vector<std::vector<double>>& probabilities) const;

  // The mean discounted return of imagined episodes, from the start.
  template <doxa::WorldModel W>
  double imagined_return(W& world, const doxa::Chooser& choose) const {
    doxa::Philox random(imagined_seed);
    doxa::Tensor known = start(world, validation_, random);
    double sum = 0, weight = 1 / static_cast<double>(validation_);
    for (doxa::Index k = doxa::effective_horizon(known_.m.discount); k > 0; --k) {
      doxa::ImaginedStep step = imagine(world, known, choose(known), random);
      for (const double r : step.rewards) sum += weight * r;
      weight *= known_.m.discount;
      known = std::move(step.known);
    }
    return sum;
  }

  template <doxa::WorldModel W>
  void follow(LearnedActor& l, W& world, doxa::ActorCritic& agent, const doxa::Chooser& choose) const {
    constexpr doxa::Index episodes = 40, steps = 40;
    std::vector<std::vector<double>> probabilities(known_.m.actions.size());  // step after step
    doxa::Environment environment(known_.m, episodes, followed_seed);
    doxa::Philox random(followed_seed, 1);
    doxa::Tape tape;
    const auto seen = doxa::act(world, environment, steps, choose, random, [&](const doxa::Tensor& known) {
      const doxa::Evaluation evaluation(tape);
      const doxa::Tensor p = doxa::softmax(agent.actor(tape.constant(shown(world, known))), {1}).tensor();
      for (doxa::Index i = 0; i < episodes; ++i)
        for (std::size_t a = 0; a < probabilities.size(); ++a)
          probabilities[a].push_back(static_cast<double>(p(i, static_cast<doxa::Index>(a))));
    });
    enter_steps(l, seen, probabilities);
  }

  const Known& known_;
  doxa::Index validation_, test_;
  std::vector<double> ideal_validation_, ideal_test_;
};

// An agent that acts by a policy on exact beliefs, as a Chooser of ExactBeliefWorld.
doxa::Chooser chooser(doxa::AlphaVectors policy);

// The model that a variant learns, and how.
struct ActingVariant {
  std::string name, latent;
  doxa::RssmSettings::Summary summary;
  bool categorical;
  doxa::RssmObjective objective = {};
};
const std::vector<ActingVariant>& acting_variants();
doxa::Dreamer dreamer(const ActingVariant& v, const doxa::Pomdp& m, doxa::Index iterations,
                      std::uint64_t seed);

// Who looks two steps ahead in a learned model for the best sequence of actions, and does so anew at each
// step: the mean return of some episodes in the true world.
doxa::MeanEstimate earned_by_sequences(doxa::RssmWorld& world, const Known& k, std::uint64_t seed);
// It listens on Tiger because nothing is cheaper, and on tiger-wait never.
void claim_searched(doxa::support::Chapter& chapter, const Known& k, const doxa::MeanEstimate& earned);

// Tiger, when one side has j = 0, 1, … most_roars roars more than the other: what a door on the other side is
// expected to pay, by a learned model (a mean over episodes in the true world) and by the exact belief.
constexpr std::size_t most_roars = 3;
std::vector<double> better_door(doxa::RssmWorld& world, const doxa::Pomdp& m);
std::vector<double> exact_better_door(const doxa::Pomdp& m);

doxa::support::Figure policy_figure(const Known& k, const std::vector<const LearnedActor*>& shown);
doxa::support::Figure returns_figure(const Known& k, const std::vector<LearnedActor>& all);
