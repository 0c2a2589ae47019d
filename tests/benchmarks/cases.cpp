#include <type_traits>

#include "objectives/elementwise_lstm.h"
#include "objectives/gaussian_mixture.h"
#include "training_step.h"
#include "training_steps/diagonal_lstm.h"
#ifdef DOXA_STUDIES
#include "manual/steps.h"
#else
#include "training_steps/filter.h"
#include "training_steps/rssm.h"
#include "training_steps/vae.h"
namespace doxa::benchmarks::manual {
using VaeStep = void;
using FilterStep = void;
using RssmStep = void;
}  // namespace doxa::benchmarks::manual
#endif

namespace doxa::benchmarks {
namespace {

template <class Model, class Manual = void>
Case step_of(const char* name, typename Model::Sizes sizes) {
  Case c{name, [sizes](int threads) { return taped_step<Model>(sizes, threads); }, nullptr};
  if constexpr (!std::is_void_v<Manual>) c.manual = [sizes] { return manual_step<Model, Manual>(sizes); };
  return c;
}

}  // namespace

double& flops_counted() {
  static double flops = 0;
  return flops;
}

const Kernels& counting_kernels() {
  static const Kernels counting = [] {
    Kernels k = kernels();
    k.matmul = [](Index m, Index n, Index inner, const Real* a, Index a_row, Index a_col, const Real* b,
                  Index b_row, Index b_col, Real* c, bool accumulate) {
      flops_counted() += 2 * static_cast<double>(m) * static_cast<double>(n) * static_cast<double>(inner);
      kernels().matmul(m, n, inner, a, a_row, a_col, b, b_row, b_col, c, accumulate);
    };
    return k;
  }();
  return counting;
}

const std::vector<Case>& cases() {
  static const std::vector<Case> all{
      step_of<Vae, manual::VaeStep>("vae-small", {.B = 64, .D = 2, .H = 32, .L = 2}),
      step_of<Vae>("vae-medium", {.B = 128, .D = 64, .H = 128, .L = 8}),
      step_of<Vae>("vae-large", {.B = 256, .D = 784, .H = 512, .L = 32}),
      step_of<Filter>("filter-small", {.B = 16, .T = 16, .A = 3, .O = 2, .H = 32, .L = 4}),
      step_of<Filter, manual::FilterStep>("filter-medium",
                                          {.B = 32, .T = 32, .A = 3, .O = 6, .H = 64, .L = 8}),
      step_of<Filter>("filter-large", {.B = 64, .T = 64, .A = 5, .O = 20, .H = 256, .L = 32}),
      step_of<Rssm, manual::RssmStep>("rssm-medium", {.B = 32, .T = 32, .A = 3, .O = 6, .H = 64, .L = 8}),
      step_of<Rssm>("rssm-large", {.B = 50, .T = 50, .A = 5, .O = 20, .H = 200, .L = 30}),
      step_of<DiagonalLstm>("lstm-tiny", {.width = 14, .T = 1024}),
  };
  return all;
}

const std::vector<Case>& objectives() {
  static const std::vector<Case> all{
      step_of<ElementwiseLstm>("lstm-l2-c1024", {.layers = 2, .length = 1024, .width = 14}),
      step_of<GaussianMixture>("gmm-d2-k5", {.points = 1000, .dimension = 2, .components = 5}),
      step_of<GaussianMixture>("gmm-d10-k25", {.points = 1000, .dimension = 10, .components = 25}),
      step_of<GaussianMixture>("gmm-d64-k25", {.points = 1000, .dimension = 64, .components = 25}),
      step_of<GaussianMixture>("gmm-d128-k25", {.points = 1000, .dimension = 128, .components = 25}),
  };
  return all;
}

}  // namespace doxa::benchmarks
