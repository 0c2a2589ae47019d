#include "doxa/models/beliefs/imagination.h"

#include <algorithm>

namespace doxa {

std::vector<Index> sample_actions(Mlp& actor, const Tensor& x, Philox& random) {
  Tape tape;
  const Evaluation evaluation(tape);
  std::vector<Index> actions(static_cast<std::size_t>(x.shape()[0]));
  random.categorical(actor(tape.constant(x)).value(), actions);
  return actions;
}

std::vector<Index> likeliest_actions(Mlp& actor, const Tensor& x) {
  Tape tape;
  const Evaluation evaluation(tape);
  const Var logits = actor(tape.constant(x));
  const auto width = static_cast<std::size_t>(logits.shape()[1]);
  std::vector<Index> actions;
  for (std::size_t i = 0; i < logits.value().size(); i += width) {
    const auto row = logits.value().subspan(i, width);
    actions.push_back(std::ranges::max_element(row) - row.begin());
  }
  return actions;
}

}  // namespace doxa
