// The acceptance rules of other libraries, at the edge of what they accept. Of f(x) = c x the differences are
// exact up to rounding, so that the rule alone decides how far a factor 1 + δ on the gradient may go.

#include "peers.h"

#include <gtest/gtest.h>

#include "doxa/autograd/ops.h"
#include "mutants.h"

namespace doxa {
namespace {

TensorFunction line(Real c, double delta) {
  WrongRule rule([c](Tape&, Inputs x) { return x[0] * c; });
  rule.corrupt = [delta](Jacobian& j) {
    for (Real& entry : j.entries.span()) entry = static_cast<Real>(static_cast<double>(entry) * (1 + delta));
  };
  return with_rule(rule);
}

class Peers : public testing::Test {
 protected:
  void SetUp() override {
    if (sizeof(Real) != sizeof(double)) GTEST_SKIP() << "their tolerances are for double precision";
  }
  const std::vector<Tensor> x{Tensor(Shape{3}, {0.5, -1.25, 2})};
};

// δ c <= 1e-5 + 1e-3 c.
TEST_F(Peers, PyTorchAcceptsAThousandth) {
  EXPECT_EQ(pytorch_slow(line(1, 1.009e-3), x, 1), Outcome::accepted);
  EXPECT_EQ(pytorch_slow(line(1, 1.011e-3), x, 1), Outcome::refused);
  EXPECT_EQ(pytorch_slow(line(Real(1e-6), 5), x, 1), Outcome::accepted);
}

// With vᵀJu = c vᵀu <= c: δ c vᵀu <= 1e-5 Σu Σv + 1e-3 c vᵀu, and Σu Σv <= 3.
TEST_F(Peers, PyTorchsFastModeAcceptsAThousandth) {
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    EXPECT_EQ(pytorch_fast(line(1000, 1e-3), x, seed), Outcome::accepted);
    EXPECT_EQ(pytorch_fast(line(1000, 1.1e-3), x, seed), Outcome::refused);
  }
}

// δ <= 1e-4 (1 + δ/2).
TEST_F(Peers, StanAcceptsATenThousandth) {
  EXPECT_EQ(stan(line(1, 0.99e-4), x, 1), Outcome::accepted);
  EXPECT_EQ(stan(line(1, 1.01e-4), x, 1), Outcome::refused);
}

// δ |n| <= 1e-5 + 1e-5 |n| for n = c Σ u_i v_i, which seldom is less than c/100.
TEST_F(Peers, JaxAcceptsAHundredThousandth) {
  int refused = 0;
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    EXPECT_EQ(jax(line(1, 0.99e-5), x, seed), Outcome::accepted);
    refused += jax(line(1e5, 1.1e-5), x, seed) == Outcome::refused;
  }
  EXPECT_GE(refused, 15);
}

TEST_F(Peers, MissAnErrorOfAMillionth) {
  Philox random(5);
  for (const Subject& subject : mutation_subjects()) {
    const std::vector<Tensor> inputs = subject.draw(random);
    const auto m = mutant(subject, Defect::factor_fine, inputs, random);
    if (!m) continue;
    for (const auto rule : {pytorch_slow, pytorch_fast, stan})
      EXPECT_EQ(rule(m->wrong, inputs, 1), Outcome::accepted) << subject.name;
  }
}

// Their cotangents are not negative: e_m, or uniform on [0,1).
TEST_F(Peers, PyTorchMissesTheSignOfTheCotangent) {
  WrongRule rule([](Tape&, Inputs in) { return exp(in[0]); });
  rule.cotangent = WrongRule::Cotangent::magnitude;
  EXPECT_EQ(pytorch_slow(with_rule(rule), x, 1), Outcome::accepted);
  EXPECT_EQ(pytorch_fast(with_rule(rule), x, 1), Outcome::accepted);
  EXPECT_EQ(jax(with_rule(rule), x, 1), Outcome::refused);
}

TEST_F(Peers, AcceptCorrectGradients) {
  const std::vector<Rule> peers{
      {"PyTorch, slow", pytorch_slow}, {"PyTorch, fast", pytorch_fast}, {"JAX", jax}, {"Stan", stan}};
  const MutationStudy study = mutation_study(mutation_subjects(), 2, 0, 34, peers);
  for (std::size_t r = 0; r < study.rules.size(); ++r)
    EXPECT_EQ(study.right[r].accepted, 34) << study.rules[r].name;
}

}  // namespace
}  // namespace doxa
