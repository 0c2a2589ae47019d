#include "manual/fused_loops.h"

// Compiled for several instruction sets like the kernels, of which the loader takes the best: the yardstick
// must not be held back by the baseline's narrow registers. Sanitizers run before the loader could choose.
#if defined(__x86_64__) && defined(__gnu_linux__) && defined(__GNUC__) && !defined(__clang__) && \
    !defined(__SANITIZE_ADDRESS__)
#define DOXA_EACH_SET __attribute__((target_clones("avx512f", "avx2", "default")))
#else
#define DOXA_EACH_SET
#endif
#ifdef __GNUC__
#define DOXA_PRAGMA(text) _Pragma(#text)
#define DOXA_SIMD DOXA_PRAGMA(omp simd)
#define DOXA_SIMD_SUM(total) DOXA_PRAGMA(omp simd reduction(+ : total))
#else
#define DOXA_SIMD
#define DOXA_SIMD_SUM(total)
#endif

namespace doxa::benchmarks::manual {

DOXA_EACH_SET void fill_rows(Index rows, Index columns, const Real* b, Real* y) {
  for (Index i = 0; i < rows; ++i) {
    DOXA_SIMD
    for (Index j = 0; j < columns; ++j) y[i * columns + j] = b[j];
  }
}

DOXA_EACH_SET void add_column_sums(Index rows, Index columns, const Real* g, Real* db) {
  for (Index i = 0; i < rows; ++i) {
    DOXA_SIMD
    for (Index j = 0; j < columns; ++j) db[j] += g[i * columns + j];
  }
}

DOXA_EACH_SET void tanh_adjoint(Index n, const Real* y, Real* g) {
  DOXA_SIMD
  for (Index i = 0; i < n; ++i) g[i] *= 1 - y[i] * y[i];
}

DOXA_EACH_SET void copy_columns(Index rows, Index columns, const Real* x, Index x_stride, Real* y,
                                Index y_stride) {
  for (Index i = 0; i < rows; ++i) {
    DOXA_SIMD
    for (Index j = 0; j < columns; ++j) y[i * y_stride + j] = x[i * x_stride + j];
  }
}

DOXA_EACH_SET void add_columns(Index rows, Index columns, const Real* x, Index x_stride, Real* y) {
  for (Index i = 0; i < rows; ++i) {
    DOXA_SIMD
    for (Index j = 0; j < columns; ++j) y[i * columns + j] += x[i * x_stride + j];
  }
}

DOXA_EACH_SET void copy_log_scales(Index rows, Index latent, const Real* q, Real* x) {
  for (Index i = 0; i < rows; ++i) {
    DOXA_SIMD
    for (Index l = 0; l < latent; ++l) x[i * latent + l] = q[(2 * i + 1) * latent + l];
  }
}

DOXA_EACH_SET void copy_log_scales(Index rows, Index latent, const Real* q, const Real* p, Real* x, Real* y) {
  for (Index i = 0; i < rows; ++i) {
    DOXA_SIMD
    for (Index l = 0; l < latent; ++l) {
      x[i * latent + l] = q[(2 * i + 1) * latent + l];
      y[i * latent + l] = -p[(2 * i + 1) * latent + l];
    }
  }
}

DOXA_EACH_SET Real sample_and_divergence(Index rows, Index latent, const Real* q, const Real* p,
                                         const Real* scale, const Real* precision, const Real* noise, Real* s,
                                         Index stride) {
  Real sum = 0;
  for (Index i = 0; i < rows; ++i) {
    const Real *q_mean = q + 2 * i * latent, *q_log = q_mean + latent, *p_mean = p + 2 * i * latent,
               *p_log = p_mean + latent;
    DOXA_SIMD_SUM(sum)
    for (Index l = 0; l < latent; ++l) {
      const Real sigma = scale[i * latent + l], w = precision[i * latent + l], d = q_mean[l] - p_mean[l];
      s[i * stride + l] = q_mean[l] + sigma * noise[i * latent + l];
      sum += p_log[l] - q_log[l] + Real(0.5) * ((sigma * sigma + d * d) * (w * w) - 1);
    }
  }
  return sum;
}

DOXA_EACH_SET void sample_and_divergence_adjoint(Index rows, Index latent, Real c, const Real* q,
                                                 const Real* p, const Real* scale, const Real* precision,
                                                 const Real* noise, const Real* ds, Real* dq, Real* dp) {
  for (Index i = 0; i < rows; ++i) {
    const Index means = 2 * i * latent, logs = means + latent;
    DOXA_SIMD
    for (Index l = 0; l < latent; ++l) {
      const Index at = i * latent + l;
      const Real sigma = scale[at], w = precision[at] * precision[at];
      const Real d = q[means + l] - p[means + l], pull = c * d * w, ratio = sigma * sigma * w;
      dq[means + l] = ds[at] + pull;
      dq[logs + l] = ds[at] * noise[at] * sigma + c * (ratio - 1);
      dp[means + l] = -pull;
      dp[logs + l] = c * (1 - ratio - d * d * w);
    }
  }
}

DOXA_EACH_SET Real sample_and_divergence(Index rows, Index latent, const Real* q, const Real* scale,
                                         const Real* noise, Real* z) {
  Real sum = 0;
  for (Index i = 0; i < rows; ++i) {
    const Real *mean = q + 2 * i * latent, *log = mean + latent;
    DOXA_SIMD_SUM(sum)
    for (Index l = 0; l < latent; ++l) {
      const Real sigma = scale[i * latent + l];
      z[i * latent + l] = mean[l] + sigma * noise[i * latent + l];
      sum += Real(0.5) * (mean[l] * mean[l] + sigma * sigma - 1) - log[l];
    }
  }
  return sum;
}

DOXA_EACH_SET void sample_and_divergence_adjoint(Index rows, Index latent, Real c, const Real* q,
                                                 const Real* scale, const Real* noise, const Real* dz,
                                                 Real* dq) {
  for (Index i = 0; i < rows; ++i) {
    const Index means = 2 * i * latent, logs = means + latent;
    DOXA_SIMD
    for (Index l = 0; l < latent; ++l) {
      const Index at = i * latent + l;
      const Real sigma = scale[at];
      dq[means + l] = dz[at] + c * q[means + l];
      dq[logs + l] = dz[at] * noise[at] * sigma + c * (sigma * sigma - 1);
    }
  }
}

DOXA_EACH_SET Real squared_error(Index n, Real c, const Real* x, const Real* mean, Real* g) {
  Real sum = 0;
  DOXA_SIMD_SUM(sum)
  for (Index i = 0; i < n; ++i) {
    const Real d = mean[i] - x[i];
    sum += d * d;
    g[i] = c * d;
  }
  return Real(0.5) * sum;
}

DOXA_EACH_SET Real shift_logits(Index rows, Index columns, std::span<const Index> index, Real* logits) {
  Real sum = 0;
  for (Index i = 0; i < rows; ++i) {
    Real* row = logits + i * columns;
    Real largest = row[0];
    for (Index j = 1; j < columns; ++j) largest = row[j] > largest ? row[j] : largest;
    for (Index j = 0; j < columns; ++j) row[j] -= largest;
    sum += row[index[static_cast<std::size_t>(i)]];
  }
  return sum;
}

DOXA_EACH_SET void softmax_residual(Index rows, Index columns, Real c, std::span<const Index> index, Real* e,
                                    Real* total) {
  for (Index i = 0; i < rows; ++i) {
    Real* row = e + i * columns;
    Real sum = 0;
    for (Index j = 0; j < columns; ++j) sum += row[j];
    const Real factor = c / sum;
    for (Index j = 0; j < columns; ++j) row[j] *= factor;
    row[index[static_cast<std::size_t>(i)]] -= c;
    total[i] = sum;
  }
}

DOXA_EACH_SET void gru_gates(Index rows, Index width, const Real* x, const Real* h, Real* ru) {
  for (Index i = 0; i < rows; ++i) {
    DOXA_SIMD
    for (Index j = 0; j < 2 * width; ++j) ru[2 * i * width + j] = x[3 * i * width + j] + h[3 * i * width + j];
  }
}

DOXA_EACH_SET void gru_candidate(Index rows, Index width, const Real* x, const Real* h, const Real* ru,
                                 Real* n) {
  for (Index i = 0; i < rows; ++i) {
    const Index last = (3 * i + 2) * width;
    DOXA_SIMD
    for (Index j = 0; j < width; ++j) n[i * width + j] = x[last + j] + ru[2 * i * width + j] * h[last + j];
  }
}

DOXA_EACH_SET void gru_output(Index rows, Index width, const Real* ru, const Real* n, const Real* h,
                              Index h_stride, Real* to1, Index stride1, Real* to2, Index stride2) {
  for (Index i = 0; i < rows; ++i) {
    const Real* u = ru + (2 * i + 1) * width;
    DOXA_SIMD
    for (Index j = 0; j < width; ++j) {
      const Real candidate = n[i * width + j];
      const Real y = candidate + u[j] * (h[i * h_stride + j] - candidate);
      to1[i * stride1 + j] = y;
      to2[i * stride2 + j] = y;
    }
  }
}

DOXA_EACH_SET void gru_adjoint(Index rows, Index width, const Real* ru, const Real* n, const Real* products_h,
                               const Real* h, Index h_stride, Real* dh_next, Real* dx, Real* dh) {
  for (Index i = 0; i < rows; ++i) {
    const Real *rs = ru + 2 * i * width, *us = rs + width, *h_n = products_h + (3 * i + 2) * width;
    Real *dx_i = dx + 3 * i * width, *dh_i = dh + 3 * i * width;
    DOXA_SIMD
    for (Index j = 0; j < width; ++j) {
      const Real r = rs[j], u = us[j], c = n[i * width + j], g = dh_next[i * width + j];
      const Real d_n = g * (1 - u) * (1 - c * c);
      const Real d_r = d_n * h_n[j] * (r * (1 - r));
      const Real d_u = g * (h[i * h_stride + j] - c) * (u * (1 - u));
      dx_i[j] = dh_i[j] = d_r;
      dx_i[width + j] = dh_i[width + j] = d_u;
      dx_i[2 * width + j] = d_n;
      dh_i[2 * width + j] = d_n * r;
      dh_next[i * width + j] = g * u;
    }
  }
}

}  // namespace doxa::benchmarks::manual
