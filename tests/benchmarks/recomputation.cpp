#include <cmath>

#include "doxa/autograd/checkpoint.h"
#include "doxa/models/nn/gru.h"
#include "measurements.h"

namespace doxa::benchmarks {
namespace {

constexpr Index batch = 8, in = 8, width = 32, block = 64, blocks = 64;

// loss = mean(h_T²), h_t = GRU(x_t, h_{t-1}).
struct Recurrence {
  Philox random{1};
  GruCell cell{"cell", in, width, random};
  Tensor inputs;
  Tape tape;

  Recurrence() : inputs(normal_noise({blocks * block, batch, in}, random)) {}

  void gradient(bool recompute) {
    tape.clear();
    Var h = tape.constant({batch, width}, Real{0});
    for (Index b = 0; b < blocks; ++b) {
      const auto some_steps = [this, b](std::span<const Var> state) {
        constexpr auto step = static_cast<std::size_t>(batch * in);
        Var y = state[0];
        for (Index t = b * block; t < (b + 1) * block; ++t)
          y = cell(
              tape.constant({batch, in}, inputs.span().subspan(static_cast<std::size_t>(t) * step, step)), y);
        return y;
      };
      h = recompute ? checkpoint(some_steps, {h}) : some_steps({&h, 1});
    }
    tape.backward(mean(square(h)));
  }
};

double distance(const Parameters& a, const Parameters& b) {
  double squares = 0, norm = 0;
  for (std::size_t i = 0; i < a.size(); ++i)
    for (Index j = 0; j < a[i]->gradient.size(); ++j) {
      const double x = static_cast<double>(a[i]->gradient[j]), y = static_cast<double>(b[i]->gradient[j]);
      squares += (x - y) * (x - y);
      norm += x * x;
    }
  return std::sqrt(squares / norm);
}

}  // namespace

void time_recomputation(double seconds, Rows& rows) {
  Recurrence stored, recomputed;
  const std::vector<double> microseconds =
      median_microseconds({[&] { stored.gradient(false); }, [&] { recomputed.gradient(true); }}, seconds);
  Parameters of_stored, of_recomputed;
  append_parameters(of_stored, stored.cell);
  append_parameters(of_recomputed, recomputed.cell);
  const double apart = distance(of_stored, of_recomputed);
  // The memory owned: what is in use once backward is over leaves out the blocks that it recomputed.
  rows.add("doxa-recompute", "stored", 1,
           {{"microseconds", microseconds[0], 1}, {"bytes", stored.tape.bytes()}, {"distance", apart}});
  rows.add("doxa-recompute", "recomputed", 1,
           {{"microseconds", microseconds[1], 1}, {"bytes", recomputed.tape.bytes()}, {"distance", apart}});
}

}  // namespace doxa::benchmarks
