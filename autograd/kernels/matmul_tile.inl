// Included by matmul.inl: the vectors of one instruction set, and the tile of the matrix product that stays
// in registers.

constexpr Index width = DOXA_VECTOR_BYTES / static_cast<Index>(sizeof(Real));
typedef Real Vector __attribute__((vector_size(DOXA_VECTOR_BYTES)));
// A vector anywhere in memory. Only load and store use this type, because template arguments lose its
// attributes.
typedef Real Unaligned __attribute__((vector_size(DOXA_VECTOR_BYTES), aligned(sizeof(Real)), may_alias));
inline Vector load(const Real* p) { return *reinterpret_cast<const Unaligned*>(p); }
inline void store(Real* p, Vector v) { *reinterpret_cast<Unaligned*>(p) = v; }

// At the ragged edge of a matrix only the first `count` lanes of a vector are read or written; a load fills
// the others with zeros. `masks` says that such a load costs no more than a whole one.
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

// As many sums as fit in the registers beside a row of B: AVX-512 and 64-bit Arm have 32 registers, the
// others 16.
#if DOXA_VECTOR_BYTES == 64 || defined(__aarch64__)
constexpr int tile_rows = 8, tile_vectors = 3;
#elif DOXA_VECTOR_BYTES == 32
constexpr int tile_rows = 4, tile_vectors = 3;
#else
constexpr int tile_rows = 4, tile_vectors = 2;
#endif
constexpr Index tile_columns = tile_vectors * width;

// C (+)= the sums of MR rows by NV vectors. Ragged: the last vector of each row has only the lanes `last`.
template <int MR, int NV, bool Ragged>
DOXA_INLINE void add_to(Real* c, Index c_row, Vector (&sum)[MR][NV], Mask last, bool accumulate) {
  // All rows of C are read before one is stored: a load that overlaps a store just made has to wait for it.
  // The pointer moves from row to row, because c + i * c_row for all i would be computed in advance and kept
  // on the stack.
  if (accumulate) {
    const Real* from = c;
    for (int i = 0; i < MR; ++i, from += c_row)
      for (int v = 0; v < NV; ++v) {
        if (!Ragged || v < NV - 1)
          sum[i][v] += load(from + v * width);
        else if (masks)
          sum[i][v] += load(from + v * width, last);
      }
  }
  for (int i = 0; i < MR; ++i, c += c_row)
    for (int v = 0; v < NV; ++v) {
      if (!Ragged || v < NV - 1)
        store(c + v * width, sum[i][v]);
      else if (masks || !accumulate)
        store(c + v * width, sum[i][v], last);
      else
        add(c + v * width, sum[i][v], last);
    }
}

// C (+)= A B for MR rows by NV vectors of C, which stay in registers while k runs. The tile reads a row of B
// as whole vectors and broadcasts the elements of A. The rows of A (Columns = false) or its columns (true)
// are contiguous, and `stride` apart.
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
  add_to<MR, NV, Ragged>(c, c_row, sum, last, accumulate);
}

// The tile of tile_rows rows whose B lies in a large matrix: its next rows are far apart and asked for early.
// What was read of B is left in `copy`, in rows of NV whole vectors, for the tiles below. The columns of A are
// contiguous.
template <int NV, bool Ragged>
DOXA_INLINE void copying_tile(Index k, const Real* a, Index stride, const Real* b, Index b_row, Real* copy,
                              Real* c, Index c_row, Mask last, bool accumulate) {
  Vector sum[tile_rows][NV] = {};
  for (Index p = 0; p < k; ++p, a += stride, b += b_row, copy += NV * width) {
    Vector row[NV];
    for (int v = 0; v < NV; ++v) {
      row[v] = Ragged && v == NV - 1 ? load(b + v * width, last) : load(b + v * width);
      store(copy + v * width, row[v]);
      __builtin_prefetch(b + 8 * b_row + v * width);
    }
    for (int i = 0; i < tile_rows; ++i)
      for (int v = 0; v < NV; ++v) sum[i][v] += a[i] * row[v];
  }
  add_to<tile_rows, NV, Ragged>(c, c_row, sum, last, accumulate);
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
