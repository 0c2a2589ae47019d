#include <algorithm>

#include "manual/fused_loops.h"
#include "manual/steps.h"

namespace doxa::benchmarks::manual {

RssmStep::RssmStep(Rssm& model)
    : size_(model.size),
      data_(model.data),
      parameters_(doxa::parameters(model)),
      x_(parameters_.dense(0)),
      h_(parameters_.dense(1)),
      q_(parameters_.dense(2), parameters_.dense(3), size_.T, size_.B),
      p_(parameters_.dense(4), parameters_.dense(5), size_.T, size_.B),
      e_(parameters_.dense(6), parameters_.dense(7), size_.T, size_.B),
      latent_(size_.T, size_.B, size_.L) {
  const auto [B, T, A, O, H, L] = size_;
  sa_ = Tensor(Shape{T + 1, B, L + A});
  ho_ = Tensor(Shape{T, B, H + O});
  hs_ = Tensor(Shape{T + 1, B, H + L});
  for (Index k = 1; k <= T; ++k)
    for (Index b = 0; b < B; ++b) {
      const Index row = (k - 1) * B + b;
      sa_[row * (L + A) + L + data_.actions_at(k)[static_cast<std::size_t>(b)]] = 1;
      ho_[row * (H + O) + H + data_.observations_at(k)[static_cast<std::size_t>(b)]] = 1;
    }
  products_x_ = products_h_ = Tensor(Shape{T, B, 3 * H});
  gates_ = Tensor(Shape{T, B, 2 * H});
  candidate_ = Tensor(Shape{T, B, H});
  logits_ = Tensor(Shape{T, B, O});
  g_ = dh_ = Tensor(Shape{B, H});
  ds_ = Tensor(Shape{B, L});
  dhs_ = Tensor(Shape{B, H + L});
  dx_ = dproducts_h_ = Tensor(Shape{B, 3 * H});
  totals_ = Tensor(Shape{B});
}

Real RssmStep::gradient(Philox& noise) {
  const Index B = size_.B, T = size_.T, A = size_.A, O = size_.O, H = size_.H, L = size_.L;
  const Real c = 1 / static_cast<Real>(B);
  const auto at = [B](Tensor& all, Index k) { return all.data() + k * B * all.shape()[2]; };

  Real loss = 0;
  for (Index k = 0; k < T; ++k) {
    Real *xs = at(products_x_, k), *hs = at(products_h_, k), *ru = at(gates_, k), *n = at(candidate_, k);
    x_.forward(B, at(sa_, k), L + A, xs);
    h_.forward(B, at(hs_, k), H + L, hs);
    gru_gates(B, H, xs, hs, ru);
    kernels().unary[static_cast<int>(Unary::sigmoid)](2 * B * H, ru, ru);
    gru_candidate(B, H, xs, hs, ru, n);
    kernels().unary[static_cast<int>(Unary::tanh)](B * H, n, n);
    gru_output(B, H, ru, n, at(hs_, k), H + L, at(ho_, k), H + O, at(hs_, k + 1), H + L);

    p_.forward(k, at(ho_, k), H + O, latent_.p(k));
    q_.forward(k, at(ho_, k), H + O, latent_.q(k));
    loss += latent_.forward(k, noise, at(hs_, k + 1) + H, H + L);
    copy_columns(B, L, at(hs_, k + 1) + H, H + L, at(sa_, k + 1), L + A);
    e_.forward(k, at(hs_, k + 1), H + L, at(logits_, k));
    loss += cross_entropy(B, O, c, data_.observations_at(k + 1), at(logits_, k), totals_.data());
  }

  // dh and ds: the adjoints of h_k and s_k, from step k+1 first.
  Real *g = g_.data(), *dh = dh_.data(), *ds = ds_.data(), *dhs = dhs_.data();
  std::fill_n(dh, B * H, Real{0});
  std::fill_n(ds, B * L, Real{0});
  for (Index k = T; k-- > 0;) {
    e_.add_parameter_gradient(k, at(hs_, k + 1), H + L, at(logits_, k), g);
    e_.add_input_gradient(g, H + L, dhs, false);
    add_columns(B, H, dhs, H + L, dh);
    add_columns(B, L, dhs + H, H + L, ds);
    latent_.backward(k, c, ds);
    q_.add_parameter_gradient(k, at(ho_, k), H + O, latent_.q(k), g);
    q_.add_input_gradient(g, H, dh, true);
    p_.add_parameter_gradient(k, at(ho_, k), H + O, latent_.p(k), g);
    p_.add_input_gradient(g, H, dh, true);

    gru_adjoint(B, H, at(gates_, k), at(candidate_, k), at(products_h_, k), at(hs_, k), H + L, dh, dx_.data(),
                dproducts_h_.data());
    x_.add_parameter_gradient(B, at(sa_, k), L + A, dx_.data());
    h_.add_parameter_gradient(B, at(hs_, k), H + L, dproducts_h_.data());
    if (k == 0) break;
    h_.add_input_gradient(B, dproducts_h_.data(), H, dh, true);
    x_.add_input_gradient(B, dx_.data(), L, ds, false);
  }
  return c * loss;
}

}  // namespace doxa::benchmarks::manual
