#include "cases.h"

#include "manual/filter.h"
#include "manual/rssm.h"
#include "manual/vae.h"
#include "training_steps/diagonal_lstm.h"

namespace doxa::benchmarks {
namespace {

template <class Model>
Case taped(const char* name, typename Model::Sizes sizes) {
  return {name, [sizes](int threads) { return taped_step<Model>(sizes, threads); }, nullptr};
}

template <class Model, class Manual>
Case both(const char* name, typename Model::Sizes sizes) {
  return {name, [sizes](int threads) { return taped_step<Model>(sizes, threads); },
          [sizes] { return manual_step<Model, Manual>(sizes); }};
}

}  // namespace

const std::vector<Case>& cases() {
  static const std::vector<Case> all{
      both<Vae, manual::VaeStep>("vae-small", {.B = 64, .D = 2, .H = 32, .L = 2}),
      taped<Vae>("vae-medium", {.B = 128, .D = 64, .H = 128, .L = 8}),
      taped<Vae>("vae-large", {.B = 256, .D = 784, .H = 512, .L = 32}),
      taped<Filter>("filter-small", {.B = 16, .T = 16, .A = 3, .O = 2, .H = 32, .L = 4}),
      both<Filter, manual::FilterStep>("filter-medium", {.B = 32, .T = 32, .A = 3, .O = 6, .H = 64, .L = 8}),
      taped<Filter>("filter-large", {.B = 64, .T = 64, .A = 5, .O = 20, .H = 256, .L = 32}),
      both<Rssm, manual::RssmStep>("rssm-medium", {.B = 32, .T = 32, .A = 3, .O = 6, .H = 64, .L = 8}),
      taped<Rssm>("rssm-large", {.B = 50, .T = 50, .A = 5, .O = 20, .H = 200, .L = 30}),
      taped<DiagonalLstm>("lstm-tiny", {.width = 14, .T = 1024}),
  };
  return all;
}

}  // namespace doxa::benchmarks
