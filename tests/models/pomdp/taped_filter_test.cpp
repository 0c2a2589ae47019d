#include "doxa/models/pomdp/taped_filter.h"

#include <gtest/gtest.h>

#include <cmath>

#include "doxa/models/pomdp/belief.h"
#include "doxa/models/pomdp/expected_counts.h"
#include "tests/support/random_pomdp.h"
#include "tests/support/rounding.h"
#include "tests/support/thrown.h"

namespace doxa::testing {
namespace {

// A model of which the tables on the tape are the logits, to the last bit of a Real.
struct Learnable {
  PomdpParameters parameters;
  Pomdp model;

  explicit Learnable(const Pomdp& m) : parameters(m), model(to_pomdp(parameters, m)) {}
};

TEST(TapedFilter, StepsAreThoseOfTheFilter) {
  Philox random(51);
  for (int trial = 0; trial < 10; ++trial) {
    Learnable at(random_pomdp(4, 3, 3, random));
    const std::vector<Trajectory> all = simulate(at.model, open_loop_policy(at.model), 30, 5, random);
    Tape tape;
    const Tensor steps = log_predictive(at.parameters.on(tape), episodes(all)).tensor();
    const Tensor evidence = log_evidence(at.parameters.on(tape), episodes(all)).tensor();
    ASSERT_EQ(steps.shape(), (Shape{30, 5}));
    for (Index b = 0; b < 5; ++b) {
      const Trajectory& t = all[static_cast<std::size_t>(b)];
      const Smoothed exact = smooth(at.model, t);
      for (Index k = 0; k < 30; ++k)
        EXPECT_NEAR(static_cast<double>(steps(k, b)), exact.log_predictive[static_cast<std::size_t>(k)],
                    200 * unit_roundoff);
      EXPECT_NEAR(static_cast<double>(evidence[b]), exact.log_evidence, 30 * 200 * unit_roundoff);
    }
  }
}

// Both sides are sums of T·B counts: an error of some u in each.
TEST(TapedFilter, GradientIsFishersIdentityThroughTheSmoother) {
  Philox random(52);
  for (int trial = 0; trial < 10; ++trial) {
    Learnable at(random_pomdp(4, 2, 3, random));
    const std::vector<Trajectory> all = simulate(at.model, open_loop_policy(at.model), 25, 6, random);
    Tape tape;
    tape.backward(sum(log_evidence(at.parameters.on(tape), episodes(all))));
    const EvidenceGradient exact = evidence_gradient(at.model, expected_counts(at.model, all));
    const double tolerance = 25 * 6 * 50 * unit_roundoff;
    for (std::size_t s = 0; s < 4; ++s)
      EXPECT_NEAR(static_cast<double>(at.parameters.start.gradient[static_cast<Index>(s)]), exact.start[s],
                  tolerance);
    const auto check = [&](const StochasticMatrix& table, const std::vector<double>& expected,
                           const Tensor& found) {
      std::vector<double> dense(static_cast<std::size_t>(found.size()), 0.0);  // no gradient where p = 0
      for (std::size_t r = 0; r < table.rows(); ++r)
        for (std::size_t i = table.begin[r]; i < table.begin[r + 1]; ++i)
          dense[r * table.columns + table.column[i]] = expected[i];
      for (std::size_t i = 0; i < dense.size(); ++i) {
        const double value = static_cast<double>(found[static_cast<Index>(i)]);
        EXPECT_NEAR(value, dense[i], tolerance);
        if (table.row(i / table.columns)[i % table.columns] == 0) {
          EXPECT_EQ(value, 0);
        }
      }
    };
    check(at.model.transition, exact.transition, at.parameters.transition.gradient);
    check(at.model.emission, exact.emission, at.parameters.emission.gradient);
  }
}

TEST(TapedFilter, GradientOfARowOfLogitsSumsToZero) {
  Philox random(53);
  Learnable at(random_pomdp(3, 2, 4, random));
  const std::vector<Trajectory> all = simulate(at.model, open_loop_policy(at.model), 20, 4, random);
  Tape tape;
  tape.backward(sum(log_evidence(at.parameters.on(tape), episodes(all))));
  for (const Parameter* p : parameters(at.parameters)) {
    const Index columns = p->value.shape()[p->value.shape().rank() - 1];
    for (Index row = 0; row < p->value.size(); row += columns) {
      double sum = 0;
      for (Index i = row; i < row + columns; ++i) sum += static_cast<double>(p->gradient[i]);
      EXPECT_NEAR(sum, 0, 20 * 4 * 20 * unit_roundoff);
    }
  }
}

TEST(TapedFilter, EpisodesOfABatchAreIndependent) {
  Philox random(54);
  Learnable at(random_pomdp(5, 2, 3, random));
  const std::vector<Trajectory> all = simulate(at.model, open_loop_policy(at.model), 15, 7, random);
  Tape tape;
  const Tensor together = log_evidence(at.parameters.on(tape), episodes(all)).tensor();
  for (Index b = 0; b < 7; ++b) {
    const std::vector<Trajectory> one{all[static_cast<std::size_t>(b)]};
    EXPECT_NEAR(static_cast<double>(log_evidence(at.parameters.on(tape), episodes(one)).item()),
                static_cast<double>(together[b]), 15 * 50 * unit_roundoff);
  }
}

// Half-way the other side has (.15/.85)^n of the belief, 10^-376 or, in single precision, 10^-75: less than
// any Real. In log space it comes back. Both sides are then as likely, and each has the expected counts of n
// steps on it, n/2 of either sound.
TEST(TapedFilter, BringsBackWhatWouldUnderflow) {
  const double n = sizeof(Real) == sizeof(double) ? 500 : 100, largest_log = n * std::log(0.85 / 0.15);
  Learnable at(tiger());
  const Trajectory t = there_and_back(static_cast<std::size_t>(n));
  const std::vector<Trajectory> one{t};
  Tape tape;
  const Var evidence = log_evidence(at.parameters.on(tape), episodes(one));
  // Each step rounds log b, of at most this size: so far off may the last one be.
  const double log_belief_error = 2 * n * largest_log * unit_roundoff;
  EXPECT_NEAR(static_cast<double>(evidence.item()), log_evidence(at.model, t), log_belief_error);
  tape.backward(evidence);
  for (Index s = 0; s < 2; ++s) {
    const double left = emission_row(at.model, listen, static_cast<std::size_t>(s))[hear_left];
    EXPECT_NEAR(static_cast<double>(at.parameters.emission.gradient[s * 2]), n / 2 - n * left,
                n * log_belief_error);
  }
}

TEST(TapedFilter, NamesAnImpossibleObservation) {
  Learnable at(always_left());
  Tape tape;
  EXPECT_SAYS(std::domain_error, "step 2 of episode 1: observation 1 is impossible after action 1",
              log_evidence(at.parameters.on(tape), {2, 2, {0, 0, 0, 1}, {0, 0, 0, 1}}));
}

TEST(TapedFilter, RefusesWhatDoesNotFit) {
  Learnable at(tiger());
  Tape tape;
  const PomdpLogits logits = at.parameters.on(tape);
  EXPECT_THROW(log_evidence(logits, {1, 1, {3}, {0}}), Refused);
  EXPECT_THROW(log_evidence(logits, {1, 1, {0}, {2}}), Refused);
  EXPECT_THROW(log_evidence(logits, {1, 2, {0}, {0, 1}}), Refused);
  EXPECT_THROW(log_evidence(logits, Episodes{}), Refused);
  Philox random(56);
  Learnable other(random_pomdp(3, 2, 4, random));
  const PomdpLogits more = other.parameters.on(tape);
  EXPECT_THROW(log_evidence({more.start, logits.transition, logits.emission}, {1, 1, {0}, {0}}), Refused);
  EXPECT_THROW(log_evidence({more.start, more.emission, more.transition}, {1, 1, {0}, {0}}), Refused);
}

TEST(PomdpParameters, AreTheModelTheyWereMadeOf) {
  Philox random(55);
  const Pomdp m = random_pomdp(5, 2, 3, random);
  const Pomdp back = to_pomdp(PomdpParameters(m), m);
  EXPECT_EQ(back.transition.column, m.transition.column);  // zeros stay zeros
  EXPECT_EQ(back.emission.begin, m.emission.begin);
  for (std::size_t i = 0; i < m.transition.non_zeros(); ++i)
    EXPECT_NEAR(back.transition.probability[i], m.transition.probability[i], 20 * unit_roundoff);
  for (std::size_t s = 0; s < 5; ++s) EXPECT_NEAR(back.start[s], m.start[s], 20 * unit_roundoff);
  validate(back);
  EXPECT_THROW(to_pomdp(PomdpParameters(tiger()), m), Refused);
  PomdpParameters nowhere(m);
  nowhere.start.value = Tensor(Shape{5}, -infinity);
  EXPECT_THROW(to_pomdp(nowhere, m), Refused);
}

TEST(PomdpParameters, TablesThatAreNotLearnedHaveNoGradient) {
  PomdpParameters p(tiger());
  Tape tape;
  const PomdpLogits logits = p.on(tape, {.start = false, .transition = false});
  EXPECT_FALSE(logits.start.needs_gradient());
  EXPECT_FALSE(logits.transition.needs_gradient());
  EXPECT_TRUE(logits.emission.needs_gradient());
}

}  // namespace
}  // namespace doxa::testing
