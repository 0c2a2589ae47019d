// The options of the objective, by their gradients with respect to all parameters. All use the same draws, so
// that gradients can be added and compared.

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <string>

#include "doxa/models/beliefs/rssm_bound.h"
#include "rssm_paths.h"
#include "rssm_variants.h"
#include "tests/support/rounding.h"
#include "tests/support/thrown.h"

namespace doxa::testing {
namespace {

const Episodes four_copies_of_two{8,
                                  3,
                                  {0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1},
                                  {2, 2, 2, 2, 1, 1, 1, 1, 0, 0, 0, 0, 2, 2, 2, 2, 1, 1, 1, 1, 2, 2, 2, 2}};

struct Loss {
  double value, log_likelihood, kl;
  std::map<std::string, double> gradient;  // "prior/…[3]"
};

Loss loss_of(Rssm& model, const RssmObjective& objective) {
  Tape tape;
  Philox random(12);
  const RssmLoss l = rssm_loss(tape, model, four_copies_of_two, objective, random);
  for (Parameter* p : parameters(model))
    std::fill(p->gradient.span().begin(), p->gradient.span().end(), Real{0});
  tape.backward(l.loss);
  Loss all{double(l.loss.item()), double(l.mean.log_likelihood.item()), double(l.mean.kl.item()), {}};
  for (const Parameter* p : parameters(model))
    for (Index i = 0; i < p->gradient.size(); ++i)
      all.gradient[p->name + "[" + std::to_string(i) + "]"] = double(p->gradient[i]);
  return all;
}

// Σ_i c_i ∇loss_i = 0, entry by entry, relative to the size of the terms.
void expect_zero(const std::vector<std::pair<double, const Loss*>>& terms, const std::string& only,
                 const std::string& what) {
  int compared = 0;
  for (const auto& [entry, unused] : terms.front().second->gradient) {
    if (!entry.starts_with(only)) continue;
    double sum = 0, size = 0;
    for (const auto& [c, loss] : terms) {
      sum += c * loss->gradient.at(entry);
      size += std::abs(c * loss->gradient.at(entry));
    }
    // Adjoints of 24 rows, of sizes of about 1, are summed in other orders.
    EXPECT_NEAR(sum, 0, 500 * unit_roundoff * (1 + size)) << what << ": " << entry;
    ++compared;
  }
  EXPECT_GT(compared, 10) << what;
}

class RssmObjectives : public ::testing::TestWithParam<RssmSettings> {
 protected:
  Rssm model = random_rssm(GetParam(), 13, Real(0.4));
  const Loss full = loss_of(model, {}), likelihood = loss_of(model, {.kl_weight = 0});
};

TEST_P(RssmObjectives, TheLossIsKlMinusLogLikelihood) {
  EXPECT_NEAR(full.value, full.kl - full.log_likelihood,
              10 * unit_roundoff * (full.kl - full.log_likelihood));
  EXPECT_NEAR(likelihood.value, -full.log_likelihood, 10 * unit_roundoff * full.value);
  EXPECT_EQ(likelihood.kl, full.kl);
  EXPECT_GT(full.kl, 0.01);
}

TEST_P(RssmObjectives, TheWeightOfKlIsLinear) {
  const Loss weighted = loss_of(model, {.kl_weight = Real(0.25)});
  EXPECT_NEAR(weighted.value, 0.25 * full.kl - full.log_likelihood, 10 * unit_roundoff * full.value);
  expect_zero({{1, &weighted}, {-0.25, &full}, {-0.75, &likelihood}}, "", "β = ¼");
}

TEST_P(RssmObjectives, FreeNatsCostNothingAndHaveNoGradient) {
  const Loss below = loss_of(model, {.free_nats = static_cast<Real>(2 * full.kl)});
  EXPECT_NEAR(below.value, 2 * full.kl - full.log_likelihood, 10 * unit_roundoff * full.value);
  expect_zero({{1, &below}, {-1, &likelihood}}, "", "KL below the free nats");
  const Loss above = loss_of(model, {.free_nats = static_cast<Real>(full.kl / 2)});
  EXPECT_EQ(above.value, full.value);
  expect_zero({{1, &above}, {-1, &full}}, "", "KL above the free nats");
}

// The value is that of KL whatever α is; the gradient is linear in α, and at ½ half the full one.
TEST_P(RssmObjectives, BalancingTakesSharesOfTheTwoPartialGradients) {
  const Loss to_prior = loss_of(model, {.kl_balance = Real(1)}),
             to_posterior = loss_of(model, {.kl_balance = Real(0)}),
             mixed = loss_of(model, {.kl_balance = Real(0.75)});
  for (const Loss* l : {&to_prior, &to_posterior, &mixed})
    EXPECT_NEAR(l->value, full.value, 20 * unit_roundoff * full.value);
  expect_zero({{1, &to_prior}, {1, &to_posterior}, {-1, &full}, {-1, &likelihood}}, "", "the two add up");
  expect_zero({{1, &mixed}, {-0.75, &to_prior}, {-0.25, &to_posterior}}, "", "α = ¾");
  // The gradient of KL reaches the prior's own network through p only.
  expect_zero({{1, &mixed}, {-0.75, &full}, {-0.25, &likelihood}}, "prior", "α KL to the prior");
  // It reaches the posterior's own network through q only if p does not depend on samples of q.
  if (model.deterministic())
    expect_zero({{1, &mixed}, {-0.25, &full}, {-0.75, &likelihood}}, "posterior", "(1 - α) KL to q");
}

TEST_P(RssmObjectives, TheThresholdAppliesToTheBalancedKlToo) {
  const Loss below = loss_of(model, {.free_nats = static_cast<Real>(2 * full.kl), .kl_balance = Real(0.8)});
  expect_zero({{1, &below}, {-1, &likelihood}}, "", "balanced KL below the free nats");
}

INSTANTIATE_TEST_SUITE_P(OfAllModels, RssmObjectives, ::testing::ValuesIn(rssm_variants(true)),
                         [](const auto& p) { return std::to_string(p.index); });

TEST(RssmObjective, RefusesWhatHasNoMeaning) {
  const RssmSettings gaussian{.actions = 2, .observations = 3, .hidden = 4};
  RssmSettings categorical = gaussian;
  categorical.latent = CategoricalLatent{};
  Rssm a = random_rssm(gaussian, 1), b = random_rssm(categorical, 1);
  const auto loss = [](Rssm& model, const RssmObjective& objective, const Episodes& e = four_copies_of_two) {
    Tape tape;
    Philox random;
    return double(rssm_loss(tape, model, e, objective, random).loss.item());
  };
  EXPECT_NO_THROW(loss(a, {.samples = 4}));
  EXPECT_NO_THROW(loss(a, {.samples = 2}));
  EXPECT_THROW(loss(b, {.samples = 4}), Refused);
  EXPECT_THROW(loss(a, {.free_nats = 1, .samples = 4}), Refused);
  EXPECT_THROW(loss(a, {.kl_balance = Real(0.8), .samples = 4}), Refused);
  EXPECT_THROW(loss(a, {.samples = 3}), Refused) << "8 is no multiple of 3";
  EXPECT_THROW(loss(a, {.samples = 0}), Refused);
  EXPECT_THROW(loss(a, {.samples = 8}), Refused) << "the eight are not copies of one";
  EXPECT_THROW(loss(a, {.kl_balance = Real(1.1)}), Refused);
  EXPECT_THROW(loss(a, {.kl_balance = Real(-0.1)}), Refused);
  EXPECT_THROW(loss(a, {.kl_weight = -1}), Refused);
  EXPECT_THROW(loss(a, {.kl_weight = nan}), Refused);
  EXPECT_THROW(loss(a, {.free_nats = -1}), Refused);
  EXPECT_THROW(loss(a, {.free_nats = nan}), Refused);
  for (Rssm* model : {&a, &b}) {
    EXPECT_THROW(loss(*model, {}, {2, 0, {}, {}}), Refused) << "no step";
    EXPECT_THROW(loss(*model, {}, {1, 1, {2}, {0}}), Refused) << "an action it has not";
    EXPECT_THROW(loss(*model, {}, {1, 1, {0}, {3}}), Refused) << "an observation it has not";
  }
}

}  // namespace
}  // namespace doxa::testing
