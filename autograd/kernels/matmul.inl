// Included by instruction_set.inl, inside the namespace of one instruction set.
//
// C is computed tile by tile: MR rows by NV vectors of columns stay in registers while k runs. The tile reads one
// row of B as whole vectors and broadcasts the elements of A, so A is used where it lies, whatever its strides;
// a panel of B is copied only where its rows are not contiguous or it is the ragged last one.

#ifdef __GNUC__
constexpr Index width = DOXA_VECTOR_BYTES / static_cast<Index>(sizeof(Real));
typedef Real Vector __attribute__((vector_size(DOXA_VECTOR_BYTES), aligned(sizeof(Real)), may_alias));
inline Vector load(const Real* p) { return *reinterpret_cast<const Vector*>(p); }
inline void store(Real* p, Vector v) { *reinterpret_cast<Vector*>(p) = v; }
#else
constexpr Index width = 1;
typedef Real Vector;
inline Vector load(const Real* p) { return *p; }
inline void store(Real* p, Vector v) { *p = v; }
#endif

constexpr int tile_rows = DOXA_TILE_ROWS, tile_vectors = DOXA_TILE_VECTORS;
constexpr Index tile_columns = tile_vectors * width, depth = 256;

template <int MR, int NV>
inline void tile(Index k, const Real* a, Index a_row, Index a_col, const Real* b, Index b_row, Real* c, Index c_row,
                 bool accumulate) {
  Vector sum[MR][NV] = {};
  for (Index p = 0; p < k; ++p, a += a_col, b += b_row) {
    Vector row[NV];
    for (int v = 0; v < NV; ++v) row[v] = load(b + v * width);
    for (int i = 0; i < MR; ++i)
      for (int v = 0; v < NV; ++v) sum[i][v] += a[i * a_row] * row[v];
  }
  for (int i = 0; i < MR; ++i)
    for (int v = 0; v < NV; ++v) {
      Real* to = c + i * c_row + v * width;
      store(to, accumulate ? load(to) + sum[i][v] : sum[i][v]);
    }
}

// All rows of C for one panel of NV vectors of columns.
template <int NV>
inline void panel(Index m, Index k, const Real* a, Index a_row, Index a_col, const Real* b, Index b_row, Real* c,
                  Index c_row, bool accumulate) {
  Index i = 0;
  for (; i + tile_rows <= m; i += tile_rows)
    tile<tile_rows, NV>(k, a + i * a_row, a_row, a_col, b, b_row, c + i * c_row, c_row, accumulate);
  for (; i + 2 <= m; i += 2) tile<2, NV>(k, a + i * a_row, a_row, a_col, b, b_row, c + i * c_row, c_row, accumulate);
  if (i < m) tile<1, NV>(k, a + i * a_row, a_row, a_col, b, b_row, c + i * c_row, c_row, accumulate);
}

inline void any_panel(Index vectors, Index m, Index k, const Real* a, Index a_row, Index a_col, const Real* b,
                      Index b_row, Real* c, Index c_row, bool accumulate) {
  if (vectors == 1) return panel<1>(m, k, a, a_row, a_col, b, b_row, c, c_row, accumulate);
  if (vectors == 2) return panel<2>(m, k, a, a_row, a_col, b, b_row, c, c_row, accumulate);
  panel<tile_vectors>(m, k, a, a_row, a_col, b, b_row, c, c_row, accumulate);
}

void matmul(Index m, Index n, Index k, const Real* a, Index a_row, Index a_col, const Real* b, Index b_row,
            Index b_col, Real* c, bool accumulate) {
  if (m == 0 || n == 0) return;  // no memory to point into
  if (k == 0 && !accumulate)
    for (Index i = 0; i < m * n; ++i) c[i] = 0;
  alignas(64) Real copy[depth * tile_columns];
  for (Index p = 0; p < k; p += depth) {
    const Index kp = k - p < depth ? k - p : depth;
    const bool add = accumulate || p > 0;
    const Real* ap = a + p * a_col;
    for (Index j = 0; j < n; j += tile_columns) {
      const Index columns = n - j < tile_columns ? n - j : tile_columns, whole = columns / width * width;
      const Real* bp = b + p * b_row + j * b_col;
      if (b_col == 1 && whole == columns) {
        any_panel(whole / width, m, kp, ap, a_row, a_col, bp, b_row, c + j, n, add);
        continue;
      }
      const Index vectors = (columns + width - 1) / width, padded = vectors * width;
      for (Index q = 0; q < kp; ++q)
        for (Index v = 0; v < padded; ++v) copy[q * padded + v] = v < columns ? bp[q * b_row + v * b_col] : 0;
      if (whole == columns) {
        any_panel(vectors, m, kp, ap, a_row, a_col, copy, padded, c + j, n, add);
        continue;
      }
      alignas(64) Real edge[tile_rows * tile_columns];  // the tile sticks out over the edge of C
      for (Index i = 0; i < m; i += tile_rows) {
        const Index rows = m - i < tile_rows ? m - i : tile_rows;
        any_panel(vectors, rows, kp, ap + i * a_row, a_row, a_col, copy, padded, edge, padded, false);
        for (Index r = 0; r < rows; ++r)
          for (Index v = 0; v < columns; ++v) {
            Real& to = c[(i + r) * n + j + v];
            to = (add ? to : 0) + edge[r * padded + v];
          }
      }
    }
  }
}
