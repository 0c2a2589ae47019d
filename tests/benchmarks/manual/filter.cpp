#include <algorithm>

#include "manual/steps.h"

namespace doxa::benchmarks::manual {

FilterStep::FilterStep(Filter& model)
    : size_(model.size),
      data_(model.data),
      width_(size_.L + size_.A + size_.O),
      parameters_(doxa::parameters(model)),
      q_(parameters_.dense(0), parameters_.dense(1), size_.T, size_.B),
      p_(parameters_.dense(2), parameters_.dense(3), size_.T, size_.B),
      e_(parameters_.dense(4), parameters_.dense(5), size_.T, size_.B),
      latent_(size_.T, size_.B, size_.L) {
  const auto [B, T, A, O, H, L] = size_;
  inputs_ = Tensor(Shape{T + 1, B, width_});
  for (Index k = 1; k <= T; ++k)
    for (Index b = 0; b < B; ++b) {
      Real* row = inputs_.data() + ((k - 1) * B + b) * width_;
      row[L + data_.actions_at(k)[static_cast<std::size_t>(b)]] = 1;
      row[L + A + data_.observations_at(k)[static_cast<std::size_t>(b)]] = 1;
    }
  logits_ = Tensor(Shape{T, B, O});
  g_ = Tensor(Shape{B, H});
  ds_ = Tensor(Shape{B, L});
  totals_ = Tensor(Shape{B});
}

Real FilterStep::gradient(Philox& noise) {
  const Index B = size_.B, T = size_.T, O = size_.O, L = size_.L;
  const Real c = 1 / static_cast<Real>(B);
  const auto input = [&](Index k) { return inputs_.data() + k * B * width_; };
  const auto logits = [&](Index k) { return logits_.data() + k * B * O; };

  Real loss = 0;
  for (Index k = 0; k < T; ++k) {
    q_.forward(k, input(k), width_, latent_.q(k));
    p_.forward(k, input(k), width_, latent_.p(k));
    loss += latent_.forward(k, noise, input(k + 1), width_);
    e_.forward(k, input(k + 1), width_, logits(k));
    loss += cross_entropy(B, O, c, data_.observations_at(k + 1), logits(k), totals_.data());
  }

  Real *g = g_.data(), *ds = ds_.data();
  std::fill_n(ds, B * L, Real{0});
  for (Index k = T; k-- > 0;) {
    // The weights' gradients of all steps in one product each measured no faster.
    // A network's way back from its output's adjoint; its input's is added to ds.
    const auto back = [&](const TanhNetwork& network, const Real* out, const Real* x, bool to_input) {
      network.add_parameter_gradient(k, x, width_, out, g);
      if (to_input) network.add_input_gradient(g, L, ds, true);
    };
    back(e_, logits(k), input(k + 1), true);
    latent_.backward(k, c, ds);
    std::fill_n(ds, B * L, Real{0});
    back(q_, latent_.q(k), input(k), k > 0);
    back(p_, latent_.p(k), input(k), k > 0);
  }
  return c * loss;
}

}  // namespace doxa::benchmarks::manual
