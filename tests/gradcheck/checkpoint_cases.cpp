// Blocks that backward evaluates a second time: a value, several values, blocks in blocks, and gradients that
// leave a block by another way than its inputs.

#include <array>

#include "cases.h"
#include "doxa/autograd/checkpoint.h"
#include "doxa/autograd/ops.h"

namespace doxa {

std::vector<GradientCase> checkpoint_cases() {
  const Shape shape{3, 2};
  Cases cases{"op/checkpoint/"};
  cases.add("one value", {shape, {2}}, [](Inputs x) {
    return checkpoint([](Inputs in) { return tanh(in[0]) * in[1]; }, {x[0], x[1]});
  });
  cases.add("two values", {shape, {2}}, [](Inputs x) {
    const auto [y, z] = checkpoint(
        [](Inputs in) {
          return std::array<Var, 2>{sin(in[0]), sum(square(in[0]), 0) * in[1]};
        },
        x);
    return y * z;
  });
  cases.add("one of two values unused", {shape}, [](Inputs x) {
    return checkpoint([](Inputs in) { return std::array<Var, 2>{exp(in[0]), sin(in[0])}; }, {x[0]})[1];
  });
  cases.add("of a Var recorded before", {shape, {2}}, [](Inputs x) {
    const Var before = exp(x[1]);
    return checkpoint([before](Inputs in) { return in[0] * before + before; }, {x[0]}) * before;
  });
  cases.add("same input twice", {shape}, [](Inputs x) {
    return checkpoint([](Inputs in) { return in[0] * sin(in[1]); }, {x[0], x[0]});
  });
  cases.add("an input as the value", {shape, shape}, [](Inputs x) {
    return checkpoint([](Inputs in) { return in[1]; }, {x[0], x[1]}) * x[0];
  });
  cases.add("a recurrence in two blocks", {shape, {2, 2}, {2}}, [](Inputs x) {
    Var h = x[0];
    for (int block = 0; block < 2; ++block)
      h = checkpoint(
          [](Inputs in) {
            Var state = in[0];
            for (int k = 0; k < 3; ++k) state = affine(state, in[1], in[2], Activation::tanh);
            return state;
          },
          {h, x[1], x[2]});
    return h;
  });
  cases.add("a block in a block", {shape, shape}, [](Inputs x) {
    return checkpoint(
        [](Inputs in) {
          const Var inner = checkpoint([](Inputs deep) { return square(sin(deep[0])); }, {in[0] * in[1]});
          return inner * in[1];
        },
        {x[0], x[1]});
  });
  return cases.all;
}

}  // namespace doxa
