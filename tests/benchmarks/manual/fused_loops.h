#pragma once

#include <span>

#include "doxa/autograd/real.h"

namespace doxa::benchmarks::manual {

// The element-wise parts of the hand-written steps, each one pass over its data. Rows of q and p hold L means
// and then L logarithms of scales.

/// Every row of y [rows, columns] becomes b.
void fill_rows(Index rows, Index columns, const Real* b, Real* y);

/// db_j += Σ_i g_ij.
void add_column_sums(Index rows, Index columns, const Real* g, Real* db);

/// g ← g (1 - y²): back through y = tanh(x).
void tanh_adjoint(Index n, const Real* y, Real* g);

/// Rows of x, `x_stride` apart, to rows of y; and added to the rows of a dense y.
void copy_columns(Index rows, Index columns, const Real* x, Index x_stride, Real* y, Index y_stride);
void add_columns(Index rows, Index columns, const Real* x, Index x_stride, Real* y);

/// x ← log scales of q, y ← -log scales of p, packed into [rows, L]: what exp is to be taken of.
void copy_log_scales(Index rows, Index latent, const Real* q, Real* x);
void copy_log_scales(Index rows, Index latent, const Real* q, const Real* p, Real* x, Real* y);

/// s = μ_q + σ_q ε into rows of `stride`. Returns Σ KL(q ‖ p) over all rows and latents; `precision` is
/// 1/σ_p.
Real sample_and_divergence(Index rows, Index latent, const Real* q, const Real* p, const Real* scale,
                           const Real* precision, const Real* noise, Real* s, Index stride);

/// From ∂loss/∂s to the adjoints of both networks' outputs, the divergence entering the loss with weight c.
void sample_and_divergence_adjoint(Index rows, Index latent, Real c, const Real* q, const Real* p,
                                   const Real* scale, const Real* precision, const Real* noise,
                                   const Real* ds, Real* dq, Real* dp);

/// The same two against the prior N(0, I).
Real sample_and_divergence(Index rows, Index latent, const Real* q, const Real* scale, const Real* noise,
                           Real* z);
void sample_and_divergence_adjoint(Index rows, Index latent, Real c, const Real* q, const Real* scale,
                                   const Real* noise, const Real* dz, Real* dq);

/// g ← c (mean - x). Returns Σ (mean - x)² / 2. `mean` and `g` may be the same.
Real squared_error(Index n, Real c, const Real* x, const Real* mean, Real* g);

/// Rows of logits less their maximum; the index's own entry of each row, so shifted, is added up: returns
/// Σ_i logits(i, index_i) - max_i.
Real shift_logits(Index rows, Index columns, std::span<const Index> index, Real* logits);
/// e [rows, columns] are the exponentials of the shifted logits: total_i = Σ_j e_ij, and
/// e ← c (e / total - one_hot(index)), the adjoint of the logits.
void softmax_residual(Index rows, Index columns, Real c, std::span<const Index> index, Real* e, Real* total);

/// ru [rows, 2H] = the first 2H columns of x + h, both [rows, 3H]: what the gates' σ is to be taken of.
void gru_gates(Index rows, Index width, const Real* x, const Real* h, Real* ru);
/// n [rows, H] = x_n + r ⊙ h_n: what tanh is to be taken of.
void gru_candidate(Index rows, Index width, const Real* x, const Real* h, const Real* ru, Real* n);
/// h' = n + u (h - n) into rows of two buffers.
void gru_output(Index rows, Index width, const Real* ru, const Real* n, const Real* h, Index h_stride,
                Real* to1, Index stride1, Real* to2, Index stride2);
/// From ∂loss/∂h' [rows, H] to the adjoints dx, dh [rows, 3H] of the two products; dh' ← its direct share
/// dh' u of ∂loss/∂h.
void gru_adjoint(Index rows, Index width, const Real* ru, const Real* n, const Real* products_h,
                 const Real* h, Index h_stride, Real* dh_next, Real* dx, Real* dh);

}  // namespace doxa::benchmarks::manual
