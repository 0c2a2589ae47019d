// Included by matmul.inl: the vectors of one instruction set, and the register tile of the matrix product.

constexpr Index width = DOXA_VECTOR_BYTES / static_cast<Index>(sizeof(Real));
typedef Real Vector __attribute__((vector_size(DOXA_VECTOR_BYTES)));
// Anywhere in memory; of loads and stores alone, since template arguments lose the attributes of a typedef.
typedef Real Unaligned __attribute__((vector_size(DOXA_VECTOR_BYTES), aligned(sizeof(Real)), may_alias));
inline Vector load(const Real* p) { return *reinterpret_cast<const Unaligned*>(p); }
inline void store(Real* p, Vector v) { *reinterpret_cast<Unaligned*>(p) = v; }

// The first `count` lanes of a vector, at the ragged edge of a matrix: nothing beyond them is read or
// written, and those loaded are followed by zeros. `masks`: a partial load costs no more than a whole one.
#if defined(__AVX512F__) && DOXA_VECTOR_BYTES == 64
constexpr bool masks = true;
typedef __mmask16 Mask;
inline Mask first(Index count) { return static_cast<Mask>((1U << count) - 1); }
inline Vector load(const Real* p, Mask mask) {
  if constexpr (sizeof(Real) == 8) return (Vector)_mm512_maskz_loadu_pd(static_cast<__mmask8>(mask), p);
  return (Vector)_mm512_maskz_loadu_ps(mask, p);
}
inline void store(Real* p, Vector v, Mask mask) {
  if constexpr (sizeof(Real) == 8)
    _mm512_mask_storeu_pd(p, static_cast<__mmask8>(mask), (__m512d)v);
  else
    _mm512_mask_storeu_ps(p, mask, (__m512)v);
}
inline void add(Real* p, Vector v, Mask mask) { store(p, load(p, mask) + v, mask); }
#else
constexpr bool masks = false;
typedef Index Mask;
inline Mask first(Index count) { return count; }
#if defined(__AVX2__) && DOXA_VECTOR_BYTES == 32
inline Vector load(const Real* p, Mask mask) {
  static constexpr int all_then_none[16] = {-1, -1, -1, -1, -1, -1, -1, -1};
  const int* words = all_then_none + 8 - mask * static_cast<Index>(sizeof(Real) / 4);
  const __m256i bits = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(words));
  return (Vector)_mm256_maskload_epi32(reinterpret_cast<const int*>(p), bits);
}
#else
inline Vector load(const Real* p, Mask mask) {
  if (mask == width) return load(p);
  Real some[width] = {};
  for (Index i = 0; i < width; ++i)
    if (i < mask) some[i] = p[i];
  return load(some);
}
#endif
inline void store(Real* p, Vector v, Mask mask) {
  if (mask == width) return store(p, v);
  Real all[width];
  store(all, v);
  for (Index i = 0; i < width; ++i)
    if (i < mask) p[i] = all[i];
}
inline void add(Real* p, Vector v, Mask mask) {
  Real all[width];
  store(all, v);
  for (Index i = 0; i < width; ++i)
    if (i < mask) p[i] += all[i];
}
#endif

// As many sums as fit in the registers beside a row of B: AVX-512 and 64-bit Arm have 32 registers, the others 16.
#if DOXA_VECTOR_BYTES == 64 || defined(__aarch64__)
constexpr int tile_rows = 8, tile_vectors = 3;
#elif DOXA_VECTOR_BYTES == 32
constexpr int tile_rows = 4, tile_vectors = 3;
#else
constexpr int tile_rows = 4, tile_vectors = 2;
#endif
constexpr Index tile_columns = tile_vectors * width;

// MR rows by NV vectors of columns of C stay in registers while k runs. The tile reads one row of B as whole
// vectors and broadcasts the elements of A, whose rows (Columns = false) or columns (true) are contiguous,
// `stride` apart. Ragged: the last vector of columns has `last` lanes only.
template <int MR, int NV, bool Columns, bool Ragged>
DOXA_INLINE void tile(Index k, const Real* a, Index stride, const Real* b, Index b_row, Real* c, Index c_row,
                      Mask last, bool accumulate) {
  const Index a_row = Columns ? 1 : stride, a_col = Columns ? stride : 1;
  Vector sum[MR][NV] = {};
  for (Index p = 0; p < k; ++p, a += a_col, b += b_row) {
    Vector row[NV];
    for (int v = 0; v < NV; ++v)
      row[v] = Ragged && masks && v == NV - 1 ? load(b + v * width, last) : load(b + v * width);
    for (int i = 0; i < MR; ++i)
      for (int v = 0; v < NV; ++v) sum[i][v] += a[i * a_row] * row[v];
  }
  if (accumulate)  // before any row is stored: a store to the next row would hold up a load that ends in it
    for (int i = 0; i < MR; ++i)
      for (int v = 0; v < NV; ++v) {
        const Real* from = c + i * c_row + v * width;
        if (!Ragged || v < NV - 1)
          sum[i][v] += load(from);
        else if (masks)
          sum[i][v] += load(from, last);
      }
  for (int i = 0; i < MR; ++i)
    for (int v = 0; v < NV; ++v) {
      Real* to = c + i * c_row + v * width;
      if (!Ragged || v < NV - 1)
        store(to, sum[i][v]);
      else if (masks || !accumulate)
        store(to, sum[i][v], last);
      else
        add(to, sum[i][v], last);
    }
}

// The tile of `rows` <= MR rows.
template <int MR, int NV, bool Columns, bool Ragged>
DOXA_INLINE void tile_of(Index rows, Index k, const Real* a, Index stride, const Real* b, Index b_row,
                         Real* c, Index c_row, Mask last, bool accumulate) {
  if constexpr (MR > 1)
    if (rows < MR)
      return tile_of<MR - 1, NV, Columns, Ragged>(rows, k, a, stride, b, b_row, c, c_row, last, accumulate);
  tile<MR, NV, Columns, Ragged>(k, a, stride, b, b_row, c, c_row, last, accumulate);
}
