// From the second step on, training a model calls the heap's allocator zero times: noise, forward, backward
// and Adam.

#include <gtest/gtest.h>

#include "doxa/models/beliefs/filtering_posterior.h"
#include "doxa/models/nn/adam.h"
#include "doxa/models/vae/vae.h"
#include "tests/support/allocations.h"

namespace doxa {
namespace {

template <class Step>
void expect_none_from_the_second(Step step) {
  step();
  for (int i = 2; i <= 10; ++i) EXPECT_EQ(allocations_of(step), 0u) << "step " << i;
}

TEST(Allocation, TrainingAVaeMakesNoneFromTheSecondStepOn) {
  Philox random(1);
  Vae vae({.data = 5, .latent = 3, .hidden = 17}, random);
  const Parameters all = parameters(vae);
  const Tensor data = normal_noise({33, 5}, random);
  Tensor noise(Shape{33, 3});
  Adam adam{.max_norm = 1};
  Tape tape;
  expect_none_from_the_second([&] {
    random.normal(noise.span());
    tape.clear();
    tape.backward(-mean(elbo(vae, tape.constant(data), tape.constant(noise)).value()));
    adam.step(all);
  });
}

TEST(Allocation, TrainingAFilteringPosteriorMakesNoneFromTheSecondStepOn) {
  for (const Index summary : {0, 9}) {
    Philox random(1);
    FilteringPosterior model({.actions = 2, .observations = 3, .latent = 4, .hidden = 9, .summary = summary},
                             random);
    const Parameters all = parameters(model);
    const Episodes two{2, 3, {0, 1, 1, 0, 1, 1}, {2, 0, 1, 1, 0, 2}};
    Adam adam{.max_norm = 1};
    Tape tape;
    expect_none_from_the_second([&] {
      tape.clear();
      tape.backward(loss(tape, model, two, random));
      adam.step(all);
    });
  }
}

}  // namespace
}  // namespace doxa
