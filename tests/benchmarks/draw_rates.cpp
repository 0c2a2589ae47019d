#include "draw_rates.h"

#include <string>

#include "doxa/distributions/bernoulli.h"
#include "doxa/distributions/one_hot_categorical.h"
#include "timing.h"

namespace doxa::benchmarks {
namespace {

void time_draw(const std::string& name, Index draws, const std::function<void()>& draw, double seconds,
               Rows& rows) {
  const double per_microsecond = static_cast<double>(draws) / median_microseconds(draw, seconds);
  rows.add("doxa-draws", name, 1,
           {{"nanoseconds", 1e3 / per_microsecond, 3}, {"millions_per_second", per_microsecond, 1}});
}

}  // namespace

void time_draws(double seconds, Rows& rows) {
  constexpr Index n = 4096;
  Philox random(1);
  Tensor x(Shape{n});
  time_draw(
      "normal", n, [&] { random.normal(x.span()); }, seconds, rows);
  time_draw(
      "gumbel", n, [&] { random.gumbel(x.span()); }, seconds, rows);
  Tape tape;
  const auto of_events = [&](const std::string& name, auto q) {
    time_draw(
        name, n,
        [&tape, &random, q] {
          const Evaluation evaluation(tape);
          sample(q, random);
        },
        seconds, rows);
  };
  of_events("Bernoulli", Bernoulli(normal_noise(tape, {n}, random)));
  for (const Index k : {4, 32, 256}) {
    const Categorical q(normal_noise(tape, {n, k}, random));
    of_events("Categorical-" + std::to_string(k), q);
    of_events("OneHotCategorical-" + std::to_string(k), OneHotCategorical(q));
  }
}

}  // namespace doxa::benchmarks
