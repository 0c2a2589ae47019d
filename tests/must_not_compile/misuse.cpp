// Misuse that the compiler must refuse, with the messages in CMakeLists.txt. One case at a time is compiled:
// MISUSE_<case> is REFUSED for the mistake, or ALLOWED for what may stand in its place.
#define REFUSED 1
#define ALLOWED 2

#include "doxa/distributions/bernoulli.h"
#include "doxa/distributions/estimators.h"
#include "doxa/distributions/mixture.h"
#include "doxa/distributions/normal.h"

using namespace doxa;

void misuse(Tape& tape, Var x, Var noise, Philox& random) {
  const Bernoulli coin(x);
  const Categorical index(x);
  const OneHotCategorical corner(x);
  const Normal normal(x, exp(x));
  const Mixture mixture(index, normal);
  const auto f = [](Var z) { return sum(z, -1); };

#if MISUSE_rsample_of_bernoulli == REFUSED
  rsample(coin, noise);
#elif MISUSE_rsample_of_bernoulli == ALLOWED
  straight_through_sample(coin, random);
#endif

#if MISUSE_rsample_of_categorical == REFUSED
  rsample(index, noise);
#elif MISUSE_rsample_of_categorical == ALLOWED
  rsample(normal, noise);
#endif

// Its components are reparametrised, the mixture is not.
#if MISUSE_rsample_of_mixture == REFUSED
  rsample(mixture, noise);
#elif MISUSE_rsample_of_mixture == ALLOWED
  rsample(mixture.components, noise);
#endif

#if MISUSE_rsample_of_one_hot_categorical == REFUSED
  rsample(corner, noise);
#elif MISUSE_rsample_of_one_hot_categorical == ALLOWED
  rsample(RelaxedOneHotCategorical(x, Real(0.5)), noise);
#endif

#if MISUSE_reparametrisation_of_one_hot_categorical == REFUSED
  expectation(corner, f, Reparametrisation{}, random);
#elif MISUSE_reparametrisation_of_one_hot_categorical == ALLOWED
  expectation(normal, f, Reparametrisation{}, random);
#endif

#if MISUSE_path_derivative_without_q == REFUSED
  expectation(normal, f, PathDerivative{}, random);
#elif MISUSE_path_derivative_without_q == ALLOWED
  const auto log_q = [](Var z, const Normal& q) { return log_prob(q, z); };
  expectation(normal, log_q, PathDerivative{}, random);
#endif

#if MISUSE_enumeration_of_normal == REFUSED
  expectation(normal, f, Enumeration{}, random);
#elif MISUSE_enumeration_of_normal == ALLOWED
  expectation(corner, f, Enumeration{}, random);
#endif

#if MISUSE_straight_through_of_normal == REFUSED
  expectation(normal, f, StraightThrough{}, random);
#elif MISUSE_straight_through_of_normal == ALLOWED
  expectation(corner, f, StraightThrough{}, random);
#endif

#if MISUSE_gumbel_softmax_of_categorical == REFUSED
  const auto of_index = [&](const std::vector<Index>&) { return x; };
  expectation(index, of_index, GumbelSoftmax{}, random);
#elif MISUSE_gumbel_softmax_of_categorical == ALLOWED
  expectation(corner, f, GumbelSoftmax{}, random);
#endif

#if MISUSE_f_of_another_value == REFUSED
  const auto of_a_var = [](Var z, const Categorical&) { return z; };
  expectation(index, of_a_var, ScoreFunction{}, random);
#elif MISUSE_f_of_another_value == ALLOWED
  const auto of_an_index = [](const std::vector<Index>& z, const Categorical& q) { return log_prob(q, z); };
  expectation(index, of_an_index, ScoreFunction{}, random);
#endif

#if MISUSE_const_score_function == REFUSED
  const ScoreFunction estimator;
  expectation(normal, f, estimator, random);
#elif MISUSE_const_score_function == ALLOWED
  ScoreFunction estimator;
  expectation(normal, f, estimator, random);
#endif

#if MISUSE_comparison == REFUSED
  if (x < noise) return;
#elif MISUSE_comparison == ALLOWED
  if (x.item() < noise.item()) return;
#endif

#if MISUSE_comparison_with_number == REFUSED
  if (1 == x) return;
#elif MISUSE_comparison_with_number == ALLOWED
  if (1 == x.item()) return;
#endif

// Three zeros, or the number 3?
#if MISUSE_tensor_of_a_list == REFUSED
  const Tensor which({3});
#elif MISUSE_tensor_of_a_list == ALLOWED
  const Tensor zeros(Shape{3}), number(Shape{}, {3});
#endif

#if MISUSE_constant_of_a_list == REFUSED
  tape.constant({3});
#elif MISUSE_constant_of_a_list == ALLOWED
  tape.constant(Shape{3}, 0);
  tape.constant(3);
#endif

// Of two elements 3 and 4, or of shape [3,4]?
#if MISUSE_variable_of_a_list == REFUSED
  tape.variable({3, 4});
#elif MISUSE_variable_of_a_list == ALLOWED
  tape.variable(Tensor(Shape{2}, {3, 4}));
  tape.variable(Tensor(Shape{3, 4}));
#endif
}
