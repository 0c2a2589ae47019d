#include "doxa/autograd/random.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <stdexcept>
#include <utility>

#include "doxa/autograd/internal/number_text.h"
#include "doxa/autograd/kernels/box_muller.h"
#include "doxa/autograd/kernels/elementary.h"
#include "doxa/autograd/kernels/kernels.h"
#include "doxa/autograd/tape.h"

namespace doxa {
namespace {

struct Product {
  std::uint64_t high, low;
};

// The 128-bit product, computed by halves where the compiler has no wider type.
inline Product multiply(std::uint64_t a, std::uint64_t b) {
#ifdef __SIZEOF_INT128__
  __extension__ using Wide = unsigned __int128;
  const Wide p = static_cast<Wide>(a) * b;
  return {static_cast<std::uint64_t>(p >> 64), static_cast<std::uint64_t>(p)};
#else
  const std::uint64_t mask = 0xffffffff, a0 = a & mask, a1 = a >> 32, b0 = b & mask, b1 = b >> 32;
  const std::uint64_t p00 = a0 * b0, p01 = a0 * b1, p10 = a1 * b0, p11 = a1 * b1;
  const std::uint64_t middle = (p00 >> 32) + (p01 & mask) + (p10 & mask);
  return {p11 + (p01 >> 32) + (p10 >> 32) + (middle >> 32), (middle << 32) | (p00 & mask)};
#endif
}

std::array<std::uint64_t, 4> philox(std::array<std::uint64_t, 4> x, std::array<std::uint64_t, 2> k) {
  for (int round = 0; round < 10; ++round) {
    const Product p0 = multiply(0xD2E7470EE14C6C93, x[0]), p1 = multiply(0xCA5A826395121157, x[2]);
    x = {p1.high ^ x[1] ^ k[0], p1.low, p0.high ^ x[3] ^ k[1], p0.low};
    k[0] += 0x9E3779B97F4A7C15;
    k[1] += 0xBB67AE8584CAA73B;
  }
  return x;
}

void add(std::array<std::uint64_t, 4>& counter, std::uint64_t n) {
  for (auto& word : counter) {
    word += n;
    if (word >= n) return;
    n = 1;
  }
}

// The k for which (k + 1/2) 2^-53 rounds to 1: it is skipped.
constexpr std::uint64_t last_point = (std::uint64_t{1} << 53) - 1;

}  // namespace

void Philox::next_block() {
  block_ = philox(counter_, key_);
  add(counter_, 1);
  used_ = 0;
}

Philox::result_type Philox::operator()() {
  if (used_ == 4) next_block();
  return block_[static_cast<std::size_t>(used_++)];
}

void Philox::discard(std::uint64_t words) {
  const std::uint64_t left = 4 - used_;
  if (words <= left) {
    used_ += words;
    return;
  }
  words -= left;
  add(counter_, (words - 1) / 4);
  next_block();
  used_ = (words - 1) % 4 + 1;
}

Philox::State Philox::state() const { return {key_, counter_, used_}; }

void Philox::restore(const State& state) {
  if (state.used > 4)
    throw std::invalid_argument("philox: a block has 4 words, the state says " + std::to_string(state.used));
  key_ = state.key;
  counter_ = state.counter;
  used_ = state.used;
  if (used_ == 4) return;
  auto previous = counter_;  // the counter already points to the next block
  for (auto& word : previous)
    if (word-- != 0) break;
  block_ = philox(previous, key_);
}

double Philox::uniform() {
  std::uint64_t word;
  do word = (*this)();
  while (word >> 11 == last_point);
  return uniform_of_word(word);
}

Index Philox::uniform_index(Index n) {
  if (n < 1)
    throw std::invalid_argument("uniform_index: n is " + std::to_string(n) + ", expected at least 1");
  const auto range = static_cast<std::uint64_t>(n);
  Product p = multiply((*this)(), range);
  if (p.low < range)
    for (const std::uint64_t threshold = (0 - range) % range; p.low < threshold;)
      p = multiply((*this)(), range);
  return static_cast<Index>(p.high);
}

Index Philox::categorical(std::span<const double> weights) {
  double sum = 0;
  for (double w : weights) {
    if (!(w >= 0) || !std::isfinite(w))
      throw std::invalid_argument("categorical: weight " + to_text(w) + ", expected finite and not negative");
    sum += w;
  }
  if (!(sum > 0)) throw std::invalid_argument("categorical: all weights are zero");
  if (!std::isfinite(sum)) throw std::invalid_argument("categorical: the sum of the weights overflows");
  double u = uniform() * sum;
  Index last = 0;
  for (std::size_t i = 0; i < weights.size(); ++i) {
    if (weights[i] == 0) continue;
    last = static_cast<Index>(i);
    u -= weights[i];
    if (u < 0) break;
  }
  return last;  // rounding may leave u >= 0 after the last weight
}

double Philox::normal() {
  const double radius = std::sqrt(-2 * log_of_uniform(uniform()));
  return radius * turn(uniform()).cos;
}

void Philox::words(std::span<std::uint64_t> out) {
  auto to = out.begin();
  while (used_ < 4 && to != out.end()) *to++ = block_[static_cast<std::size_t>(used_++)];
  for (; out.end() - to >= 4; to += 4) {  // blocks are independent, so the processor overlaps them
    std::ranges::copy(philox(counter_, key_), to);
    add(counter_, 1);
  }
  while (to != out.end()) *to++ = (*this)();
}

// The words that uniform() would use: it skips the last point.
void Philox::words_of_uniforms(std::span<std::uint64_t> out) {
  const State before = state();
  words(out);
  if (std::ranges::none_of(out, [](std::uint64_t word) { return word >> 11 == last_point; })) [[likely]]
    return;
  restore(before);
  for (std::uint64_t& word : out) do
      word = (*this)();
    while (word >> 11 == last_point);
}

void Philox::normal(std::span<Real> out) {
  constexpr std::size_t pairs = 128;
  std::array<std::uint64_t, 2 * pairs> some_words;
  std::array<Real, 2 * pairs> some;
  for (std::size_t begin = 0; begin < out.size(); begin += 2 * pairs) {
    const std::size_t n = std::min(2 * pairs, out.size() - begin), half = (n + 1) / 2;
    const std::span<std::uint64_t> w(some_words.data(), 2 * half);
    words_of_uniforms(w);
    Real* to = n % 2 ? some.data() : out.data() + begin;
    kernels().box_muller(static_cast<Index>(half), w.data(), to);
    if (n % 2) std::copy_n(some.data(), n, out.data() + begin);
  }
}

// In double whatever Real is: for u near 1 a float would lose the digits of 1 - u.
void Philox::gumbel(std::span<Real> out) {
  constexpr std::size_t at_once = 256;
  std::array<std::uint64_t, at_once> some_words;
  for (std::size_t begin = 0; begin < out.size(); begin += at_once) {
    const std::size_t n = std::min(at_once, out.size() - begin);
    words_of_uniforms({some_words.data(), n});
    for (std::size_t i = 0; i < n; ++i) {
      const double exponential = -elementary::log1p(-uniform_of_word(some_words[i]));
      out[begin + i] = static_cast<Real>(-elementary::log(exponential));
    }
  }
}

std::vector<Index> Philox::permutation(Index n) {
  if (n < 0)
    throw std::invalid_argument("permutation: n is " + std::to_string(n) + ", expected not negative");
  std::vector<Index> order(static_cast<std::size_t>(n));
  std::iota(order.begin(), order.end(), Index{0});
  for (Index i = n; i > 1; --i)
    std::swap(order[static_cast<std::size_t>(i - 1)], order[static_cast<std::size_t>(uniform_index(i))]);
  return order;
}

Tensor normal_noise(const Shape& shape, Philox& random) {
  Tensor noise(shape);
  random.normal(noise.span());
  return noise;
}

Var normal_noise(Tape& tape, const Shape& shape, Philox& random) {
  return tape.constant(shape, [&](std::span<Real> all) { random.normal(all); });
}

Tensor gumbel_noise(const Shape& shape, Philox& random) {
  Tensor noise(shape);
  random.gumbel(noise.span());
  return noise;
}

Var gumbel_noise(Tape& tape, const Shape& shape, Philox& random) {
  return tape.constant(shape, [&](std::span<Real> all) { random.gumbel(all); });
}

}  // namespace doxa
