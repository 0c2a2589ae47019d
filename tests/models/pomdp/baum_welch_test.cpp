#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "doxa/models/pomdp/belief.h"
#include "doxa/models/pomdp/learning.h"
#include "random_posteriors.h"
#include "tests/support/random_pomdp.h"

namespace doxa::testing {
namespace {

// A guess at Tiger that knows what each action is for, but none of the probabilities.
Pomdp guess_at_tiger() {
  Pomdp m = tiger();
  m.transition = table({{0.8, 0.2}, {0.2, 0.8}, {0.6, 0.4}, {0.4, 0.6}, {0.6, 0.4}, {0.4, 0.6}});
  m.emission = table({{0.7, 0.3}, {0.3, 0.7}, {0.6, 0.4}, {0.4, 0.6}, {0.4, 0.6}, {0.6, 0.4}});
  return m;
}

std::vector<Trajectory> episodes_of_tiger(std::uint64_t seed) {
  const Pomdp m = tiger();
  Philox random(seed);
  return simulate(m, std::vector<double>{0.8, 0.1, 0.1}, 20, 50, random);
}

// The evidence is a sum of a thousand logarithms and below 10^3: its rounding is below 10^-10.
TEST(BaumWelch, EvidenceNeverFalls) {
  Philox random(61);
  for (int trial = 0; trial < 10; ++trial) {
    const Pomdp m = random_pomdp(3, 2, 3, random);
    const std::vector<Trajectory> all = simulate(m, open_loop_policy(m), 20, 20, random);
    const Pomdp first = random_positive_pomdp(3, 2, 3, random);
    const LearnedModel learned = baum_welch(first, all, {.iterations = 50, .tolerance = 0});
    for (std::size_t i = 1; i < learned.log_evidence.size(); ++i)
      EXPECT_GE(learned.log_evidence[i], learned.log_evidence[i - 1] - 1e-10) << "iteration " << i;
    EXPECT_EQ(learned.log_evidence.back(), log_evidence_of(learned.model, all));
    validate(learned.model);
  }
}

// Where EM ends, expected counts are proportional to probabilities: the gradient is 0.
TEST(BaumWelch, EndsWhereTheGradientOfTheEvidenceVanishes) {
  const std::vector<Trajectory> all = episodes_of_tiger(62);
  const LearnedModel learned = baum_welch(guess_at_tiger(), all, {.iterations = 3000, .tolerance = 1e-13});
  const EvidenceGradient gradient = evidence_gradient(learned.model, expected_counts(learned.model, all));
  // An iteration that moves p by δ gains about n δ²/2, and n δ is the gradient: √(2 n 10^-13), n = 1000
  // steps.
  for (const std::vector<double>* of : {&gradient.start, &gradient.transition, &gradient.emission})
    for (const double g : *of) EXPECT_NEAR(g, 0, std::sqrt(2e3 * 1e-13));
}

// Nothing but s_0 is hidden: one iteration gives the frequencies of what was seen.
TEST(BaumWelch, OfAVisibleChainIsCounting) {
  Pomdp m{indices(2), indices(1), indices(2), 1, {0.5, 0.5}, {}, {}, {}};
  m.transition = table({{0.5, 0.5}, {0.5, 0.5}});
  m.emission = table({{1, 0}, {0, 1}});
  // The chain 1 0 0 1 1 1: from 0 once to each, from 1 once to 0 and twice to 1.
  const std::vector<Trajectory> one{{{}, {0, 0, 0, 0, 0, 0}, {1, 0, 0, 1, 1, 1}}};
  const LearnedModel learned = baum_welch(m, one, {.iterations = 1});
  // s_0 is not seen: 0 or 1 with probability 1/2 each, and half a transition from each to 1.
  EXPECT_NEAR(transition_row(learned.model, 0, 0)[0], 1 / 2.5, 1e-15);
  EXPECT_NEAR(transition_row(learned.model, 0, 1)[1], 2.5 / 3.5, 1e-15);
  EXPECT_EQ(learned.model.emission, m.emission);
  EXPECT_DOUBLE_EQ(learned.model.start[0], 0.5);
}

TEST(BaumWelch, LearnsOnlyWhatItIsToldTo) {
  const std::vector<Trajectory> all = episodes_of_tiger(63);
  const Pomdp first = guess_at_tiger();
  const ExpectedCounts counts = expected_counts(first, all);
  const Pomdp a = maximise(first, counts, {.start = false, .transition = false}),
              b = maximise(first, counts, {.start = false, .emission = false}),
              c = maximise(first, counts, {.transition = false, .emission = false});
  EXPECT_EQ(a.start, first.start);
  EXPECT_EQ(a.transition, first.transition);
  EXPECT_NE(a.emission, first.emission);
  EXPECT_NE(b.transition, first.transition);
  EXPECT_EQ(b.emission, first.emission);
  EXPECT_NE(c.start, first.start);
  EXPECT_EQ(c.transition, first.transition);
}

TEST(BaumWelch, KeepsZerosAndRowsThatAreNeverUsed) {
  const Pomdp m = tiger();
  Philox random(64);
  const std::vector<Trajectory> all = simulate(m, std::vector<double>{0.9, 0.1, 0}, 20, 10, random);
  const LearnedModel learned = baum_welch(m, all, {.iterations = 20});
  for (std::size_t s = 0; s < 2; ++s) {
    EXPECT_EQ(transition_row(learned.model, listen, s).size(), 1u);  // the identity
    EXPECT_EQ(transition_row(learned.model, open_right, s)[0], transition_row(m, open_right, s)[0]);
    EXPECT_EQ(emission_row(learned.model, open_right, s)[0], emission_row(m, open_right, s)[0]);
  }
}

// No observation distinguishes two states with the same rows, so their counts stay the same.
TEST(BaumWelch, CannotTellApartStatesThatStartAlike) {
  Pomdp first = tiger();
  first.transition = table(std::vector<std::vector<double>>(6, {0.5, 0.5}));
  first.emission = table(std::vector<std::vector<double>>(6, {0.6, 0.4}));
  const LearnedModel learned = baum_welch(first, episodes_of_tiger(65), {.iterations = 50});
  for (std::size_t a = 0; a < 3; ++a)
    EXPECT_NEAR(emission_row(learned.model, a, 0)[0], emission_row(learned.model, a, 1)[0], 1e-12);
}

// Both climb the same evidence from the same guess and end at the same maximum. (In the guess each sound
// already means its side, so that neither ends at the mirror image.) With seed 1 the maximum has a
// probability of exactly 0, that the tiger changes sides while one listens, and a logit has to go to minus
// infinity; with seed 3 it has none. The last steps of the gradient ascent are δ = 0.1/1000 long, and so a
// probability may be off by that much; n observations then miss the maximum by at most n δ².
TEST(BaumWelch, AndGradientAscentReachTheSameLikelihoodOnTiger) {
  for (const std::uint64_t seed : std::vector<std::uint64_t>{1, 3}) {
    const std::vector<Trajectory> all = episodes_of_tiger(seed);
    const double n = 20 * 50, last_step = 0.1 / 1000;
    const LearnedTables learned{.start = false};
    const LearnedModel one = baum_welch(guess_at_tiger(), all, {.learned = learned, .iterations = 3000});
    const LearnedModel other =
        evidence_ascent(guess_at_tiger(), all, {.learned = learned, .steps = 1000, .rate = 0.1});
    const double same = one.log_evidence.back();
    EXPECT_GT(same - one.log_evidence.front(), 50);  // the guess was far from it
    EXPECT_GT(same, log_evidence_of(tiger(), all));  // more than the true model, by fitting the noise
    EXPECT_NEAR(log_evidence_of(other.model, all), same, n * last_step * last_step);
    const double rounding = n * 20 * std::numeric_limits<Real>::epsilon();
    EXPECT_NEAR(other.log_evidence.front(), one.log_evidence.front(), rounding);
    EXPECT_NEAR(other.log_evidence.back(), same, n * last_step * last_step + rounding);
    for (std::size_t r = 0; r < 6; ++r) {
      EXPECT_NEAR(other.model.transition.row(r)[0], one.model.transition.row(r)[0], last_step);
      EXPECT_NEAR(other.model.emission.row(r)[0], one.model.emission.row(r)[0], last_step);
    }
    const double changes_sides = transition_row(one.model, listen, 1)[0];
    if (seed == 1) {
      EXPECT_LT(changes_sides, 1e-10);  // falls until an iteration gains less than 1e-10 nats
    } else {
      EXPECT_GT(changes_sides, 1e-3);
    }
  }
}

TEST(EvidenceAscent, KeepsZerosAndWhatIsNotLearned) {
  const Pomdp m = tiger();
  const LearnedModel learned =
      evidence_ascent(m, episodes_of_tiger(66), {.learned = {.start = false, .emission = false}, .steps = 5});
  for (std::size_t s = 0; s < 2; ++s) {
    EXPECT_EQ(transition_row(learned.model, listen, s).size(), 1u);
    EXPECT_NE(transition_row(learned.model, open_left, s)[0], 0.5);
    EXPECT_NEAR(emission_row(learned.model, listen, s)[s], 0.85, std::numeric_limits<Real>::epsilon());
  }
  EXPECT_EQ(learned.log_evidence.size(), 6u);
  EXPECT_GT(learned.log_evidence.back(), learned.log_evidence.front());
}

}  // namespace
}  // namespace doxa::testing
