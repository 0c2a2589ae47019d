#include "doxa/autograd/gradcheck.h"
#include "doxa/autograd/ops.h"
#include "doxa/models/nn/mlp.h"
#include "expression.h"
#include "sections.h"

using namespace doxa;
using namespace doxa::support;

namespace {

// The mean squared error of a network whose data have noise added to them, drawn anew at each call.
//! [noisy-loss]
Var loss(Tape& tape, Mlp& mlp, const Tensor& x, const Tensor& y, Philox& random) {
  const Var noise = Real(0.1) * tape.constant(normal_noise(x.shape(), random));
  const Var noisy = tape.constant(x) + noise, target = tape.constant(y);
  return mean(square(mlp(noisy) - target));
}
//! [noisy-loss]

// The same with `slip` added to the derivatives by one row in a hundred of the first layer's weights, as an
// off-by-one in a loop might do.
Var slipped_loss(Tape& tape, Mlp& mlp, const Tensor& x, const Tensor& y, Philox& random, Real slip) {
  Parameter& weight = mlp.layers[0].weight;
  const Var row = sum(slice(weight.on(tape), 0, 0, 1));
  const Var slipped = slip * (row - stop_gradient(row));
  return loss(tape, mlp, x, y, random) + slipped;
}

}  // namespace

void checked_model(Chapter& chapter) {
  Philox random(chapter.seed(), 5);
  Mlp mlp("mlp", {100, 500, 100, 1}, random);
  const Tensor x = normal_noise({8, 100}, random), y = normal_noise({8, 1}, random);
  //! [leaves]
  std::vector<CheckedLeaf> leaves;
  for (Parameter* p : parameters(mlp)) leaves.push_back({p->name, &p->value, &p->gradient});

  const auto check = [&](auto objective) {
    return check_gradients(common_random_numbers(chapter.seed(), objective), leaves,
                           {.seed = chapter.seed()});
  };
  const GradientReport right = check([&](Tape& tape, Philox& noise) { return loss(tape, mlp, x, y, noise); });
  //! [leaves]
  const Real slip = static_cast<Real>(100 * resolution_limit);
  const GradientReport wrong =
      check([&](Tape& tape, Philox& noise) { return slipped_loss(tape, mlp, x, y, noise, slip); });

  std::cout << "\nA network of " << count(parameters(mlp))
            << " parameters, its data with noise: random directions, and random elements of each "
               "parameter.\n\n"
            << right.str(3) << "\nThe derivatives by one row of its first weights off by "
            << significant(static_cast<double>(slip), 2) << ":\n\n"
            << wrong.str(3);
  chapter.results.set("model.parameters", count(parameters(mlp)));
  chapter.results.set("model.slip", static_cast<double>(slip));
  chapter.results.set("printed.model", right.str(3));
  chapter.results.set("printed.slipped_model", wrong.str(3));
  chapter.claims.equal(
      "a network of " + std::to_string(count(parameters(mlp))) + " parameters passes (0: pass, 3: fail)",
      static_cast<double>(right.verdict()), 0, 0, "a verdict; (01.15) for each derivative");
  chapter.claims.at_least("with the derivatives by one row of its weights off by " +
                              significant(static_cast<double>(slip), 2) + " it does not",
                          static_cast<double>(wrong.count(Verdict::fail)), 1, 0, "a count; one is enough");
}
