#include "manual/filter.h"

#include <algorithm>

#include "manual/fused_loops.h"

namespace doxa::benchmarks::manual {

FilterStep::FilterStep(Filter& model)
    : size_(model.size),
      data_(model.data),
      width_(size_.L + size_.A + size_.O),
      parameters_(doxa::parameters(model)),
      q1_(parameters_.dense(0)),
      q2_(parameters_.dense(1)),
      p1_(parameters_.dense(2)),
      p2_(parameters_.dense(3)),
      e1_(parameters_.dense(4)),
      e2_(parameters_.dense(5)),
      latent_(size_.T, size_.B, size_.L) {
  const auto [B, T, A, O, H, L] = size_;
  inputs_ = Tensor(Shape{T + 1, B, width_});
  for (Index k = 1; k <= T; ++k)
    for (Index b = 0; b < B; ++b) {
      Real* row = inputs_.data() + ((k - 1) * B + b) * width_;
      row[L + data_.actions_at(k)[static_cast<std::size_t>(b)]] = 1;
      row[L + A + data_.observations_at(k)[static_cast<std::size_t>(b)]] = 1;
    }
  hidden_q_ = hidden_p_ = hidden_e_ = Tensor(Shape{T, B, H});
  logits_ = Tensor(Shape{T, B, O});
  g_ = Tensor(Shape{B, H});
  ds_ = Tensor(Shape{B, L});
  totals_ = Tensor(Shape{B});
}

Real FilterStep::gradient(Philox& noise) {
  const Index B = size_.B, T = size_.T, O = size_.O, H = size_.H, L = size_.L;
  const Real c = 1 / static_cast<Real>(B);
  const auto input = [&](Index k) { return inputs_.data() + k * B * width_; };
  const auto hidden = [&](Tensor& all, Index k) { return all.data() + k * B * H; };
  const auto logits = [&](Index k) { return logits_.data() + k * B * O; };

  Real loss = 0;
  for (Index k = 0; k < T; ++k) {
    q1_.forward_tanh(B, input(k), width_, hidden(hidden_q_, k));
    q2_.forward(B, hidden(hidden_q_, k), H, latent_.q(k));
    p1_.forward_tanh(B, input(k), width_, hidden(hidden_p_, k));
    p2_.forward(B, hidden(hidden_p_, k), H, latent_.p(k));
    loss += latent_.forward(k, noise, input(k + 1), width_);
    e1_.forward_tanh(B, input(k + 1), width_, hidden(hidden_e_, k));
    e2_.forward(B, hidden(hidden_e_, k), H, logits(k));
    loss += cross_entropy(B, O, c, data_.observations_at(k + 1), logits(k), totals_.data());
  }

  Real *g = g_.data(), *ds = ds_.data();
  std::fill_n(ds, B * L, Real{0});
  for (Index k = T; k-- > 0;) {
    // The weights' gradients of all steps in one product each measured no faster.
    // A network's way back: its output's adjoint `out`, its hidden layer's in g, its input's added to ds.
    const auto back = [&](const Dense& first, const Dense& second, Tensor& all, const Real* out,
                          const Real* x, bool to_input) {
      const Real* h = hidden(all, k);
      second.add_parameter_gradient(B, h, H, out);
      second.add_input_gradient(B, out, H, g, false);
      tanh_adjoint(B * H, h, g);
      first.add_parameter_gradient(B, x, width_, g);
      if (to_input) first.add_input_gradient(B, g, L, ds, true);
    };
    back(e1_, e2_, hidden_e_, logits(k), input(k + 1), true);
    latent_.backward(k, c, ds);
    std::fill_n(ds, B * L, Real{0});
    back(q1_, q2_, hidden_q_, latent_.q(k), input(k), k > 0);
    back(p1_, p2_, hidden_p_, latent_.p(k), input(k), k > 0);
  }
  return c * loss;
}

}  // namespace doxa::benchmarks::manual
