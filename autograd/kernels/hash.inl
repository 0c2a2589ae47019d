// Included by kernels.inl, inside the namespace of one instruction set.
//
// Thirty-two chains of numbers are hashed side by side and joined at the end. A step mixes shifts to the right,
// which are linear in the bits, with a multiplication by 31, which is linear in the number: what is neither
// cancels only by chance.

inline std::uint64_t mixed(std::uint64_t hash) {
  hash ^= hash >> 23;
  return (hash << 5) - hash;
}

inline std::uint64_t bits_of(Real x) {
  using Bits = std::conditional_t<sizeof(Real) == 4, std::uint32_t, std::uint64_t>;
  return __builtin_bit_cast(Bits, x);
}

// Somewhere in the k-th piece of `stride` numbers, so that rows whose length divides the stride are not hit
// in one column only.
inline Index sample(Index k, Index stride) {
  const auto anywhere = static_cast<std::uint32_t>(static_cast<std::uint32_t>(k) * 2654435769U);
  return k * stride + static_cast<Index>(anywhere * static_cast<std::uint64_t>(stride) >> 32);
}

std::uint64_t hash(Index n, Index stride, const Real* x) {
  constexpr Index chains = 32;
  std::uint64_t chain[chains];
  for (Index k = 0; k < chains; ++k) chain[k] = static_cast<std::uint64_t>(k + 1) * 0x9E3779B97F4A7C15U;
  Index i = 0;
  if (stride == 1) {
    for (; i + chains <= n; i += chains) {
      DOXA_SIMD
      for (Index k = 0; k < chains; ++k) chain[k] = mixed(chain[k] ^ bits_of(x[i + k]));
    }
    DOXA_SIMD
    for (Index k = 0; k < n - i; ++k) chain[k] = mixed(chain[k] ^ bits_of(x[i + k]));
  } else {
    for (; i + chains <= n / stride; i += chains)
      for (Index k = 0; k < chains; ++k) chain[k] = mixed(chain[k] ^ bits_of(x[sample(i + k, stride)]));
    for (Index k = 0; k < n / stride - i; ++k)
      chain[k] = mixed(chain[k] ^ bits_of(x[sample(i + k, stride)]));
  }
  for (Index half = chains / 2; half > 0; half /= 2)
    for (Index k = 0; k < half; ++k) chain[k] = mixed(chain[k]) + chain[half + k];
  return mixed(chain[0]);
}
