// Draws from logits: 0 or 1 for each logit, or an index for each row of them. Computed in double whatever
// Real is.

#include <algorithm>
#include <array>
#include <cmath>
#include <stdexcept>
#include <string>
#include <vector>

#include "doxa/autograd/kernels/box_muller.h"
#include "doxa/autograd/kernels/elementary.h"
#include "doxa/autograd/kernels/kernels.h"
#include "doxa/autograd/random.h"

namespace doxa {
namespace {

constexpr std::size_t at_once = 256;  // few enough that the intermediate results stay in the first cache

}  // namespace

void Philox::bernoulli(std::span<const Real> logits, std::span<Real> out) {
  if (logits.size() != out.size())
    throw std::invalid_argument("bernoulli: " + std::to_string(logits.size()) + " logits for " +
                                std::to_string(out.size()) + " draws");
  std::array<std::uint64_t, at_once> some_words;
  for (std::size_t begin = 0; begin < out.size(); begin += at_once) {
    const std::size_t n = std::min(at_once, out.size() - begin);
    words_of_uniforms({some_words.data(), n});
    for (std::size_t i = 0; i < n; ++i) {
      const double p = elementary::sigmoid(static_cast<double>(logits[begin + i]));
      out[begin + i] = uniform_of_word(some_words[i]) < p ? 1 : 0;
    }
  }
}

// With the partial sums s_i of the weights e^(l_k - max l), the draw is the first index with s_i > u s_K. An
// index of weight 0 is never drawn. There is always such an index, because u < 1 keeps u s_K below s_K even
// when it is rounded.
void Philox::categorical(std::span<const Real> logits, std::span<Index> out) {
  if (out.empty()) return;
  const std::size_t rows = out.size(), k = logits.size() / rows;
  if (k * rows != logits.size())
    throw std::invalid_argument("categorical: " + std::to_string(logits.size()) + " logits for " +
                                std::to_string(rows) + " draws");
  const std::size_t block = std::clamp<std::size_t>(4 * at_once / std::max<std::size_t>(k, 1), 1, at_once);
  std::vector<Real> weights(block * k);
  std::vector<double> sums(k);
  std::array<Real, at_once> largest;
  std::array<std::uint64_t, at_once> some_words;
  for (std::size_t begin = 0; begin < rows; begin += block) {
    const std::size_t n = std::min(block, rows - begin);
    const Lanes lanes{static_cast<Index>(n), static_cast<Index>(k), 1};
    const Real* l = logits.data() + begin * k;
    kernels().lane_max(lanes, l, largest.data());
    for (std::size_t row = 0; row < n; ++row)
      if (!std::isfinite(largest[row]))
        throw std::invalid_argument("categorical: the largest logit of row " + std::to_string(begin + row) +
                                    " is " + std::to_string(largest[row]) + ", expected a finite number");
    kernels().lane_subtract(lanes, largest.data(), l, weights.data());
    kernels().unary[static_cast<int>(Unary::exp)](lanes.size(), weights.data(), weights.data());
    words_of_uniforms({some_words.data(), n});
    for (std::size_t row = 0; row < n; ++row) {
      double sum = 0;
      for (std::size_t i = 0; i < k; ++i) {
        sum += static_cast<double>(weights[row * k + i]);
        sums[i] = sum;
      }
      const double at = uniform_of_word(some_words[row]) * sum;
      Index below = 0;
      for (std::size_t i = 0; i < k; ++i) below += sums[i] <= at ? 1 : 0;
      out[begin + row] = below;
    }
  }
}

}  // namespace doxa
