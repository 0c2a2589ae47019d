// A program of gradient checks of one's own: my_check --help says what it can do.

//! [my-check]
#include <cmath>
#include <span>
#include <vector>

#include "doxa/doxa.h"

using namespace doxa;

namespace {

// An op of one's own: y = x³ in each element.
Var cube(Var x) {
  return record(
      "cube", x.shape(), {x},
      [](Record& r) {
        for (Index i = 0; i < r.size(); ++i) r.value()[i] = std::pow(r.value(0)[i], Real(3));
      },
      [](Record& r) {
        for (Index i = 0; i < r.size(); ++i)
          r.adjoint(0)[i] += r.adjoint()[i] * 3 * r.value(0)[i] * r.value(0)[i];
      });
}

// A model: its parameters are drawn from the seed, and so is its noise.
GradientReport check_model(const GradientCheckOptions& options) {
  Philox random(options.seed, 1);
  Mlp mlp("mlp", {3, 8, 1}, random);
  const Tensor batch = normal_noise({16, 3}, random);
  std::vector<CheckedLeaf> leaves;
  for (Parameter* p : parameters(mlp)) leaves.push_back({p->name, &p->value, &p->gradient});

  const auto loss = [&](Tape& tape, Philox& noise) {
    const Var x = tape.constant(batch);
    const Var noisy = x + normal_noise(tape, x.shape(), noise);
    return mean(square(mlp(noisy)));
  };
  return check_gradients(common_random_numbers(options.seed, loss), leaves, options);
}

}  // namespace

int main(int argc, char** argv) {
  // A function of tensors: its inputs are drawn anew for each seed.
  const NamedGradientCheck function = gradient_check(
      "cube of a product", [](Tape&, std::span<const Var> x) { return cube(matmul(x[0], x[1])); },
      [](Philox& random) {
        return std::vector{normal_noise({2, 3}, random), normal_noise({3, 4}, random)};
      },
      {"A", "B"});
  const NamedGradientCheck model{"model", check_model};
  return gradcheck_program(argc, argv, std::vector{function, model});
}
//! [my-check]
