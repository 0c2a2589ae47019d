// Included by kernels.inl, inside the namespace of one instruction set.
//
// Horner's rule modulo 2⁶⁴, in chains that are computed side by side and joined at the end.

// Two changes of sign, the highest bit, would cancel; so the upper half is added to the lower one.
inline std::uint64_t hashed(std::uint64_t hash, Real x) {
  using Bits = std::conditional_t<sizeof(Real) == 4, std::uint32_t, std::uint64_t>;
  const std::uint64_t bits = __builtin_bit_cast(Bits, x);
  return (hash << 5) - hash + (bits ^ bits >> 31);
}

std::uint64_t hash(Index n, Index stride, const Real* x) {
  constexpr Index chains = 16;
  std::uint64_t chain[chains] = {}, rest = 0;
  Index i = 0;
  if (stride == 1)
    for (; i + chains <= n; i += chains) {
      DOXA_SIMD
      for (Index k = 0; k < chains; ++k) chain[k] = hashed(chain[k], x[i + k]);
    }
  else
    for (; i + chains * stride <= n; i += chains * stride)
      for (Index k = 0; k < chains; ++k) chain[k] = hashed(chain[k], x[i + k * stride]);
  for (; i < n; i += stride) rest = hashed(rest, x[i]);
  // Every level has a factor of its own, 2^shift - 1, and so every chain has one.
  int shift = 7;
  for (Index half = chains / 2; half > 0; half /= 2, shift += 2)
    for (Index k = 0; k < half; ++k) chain[k] = (chain[k] << shift) - chain[k] + chain[half + k];
  return (chain[0] << 17) - chain[0] + rest;
}
