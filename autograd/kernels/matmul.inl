// Included by kernels.inl, inside the namespace of one instruction set.
//
// C is computed tile by tile (matmul_tile.inl), and for parts of the operands that stay in the caches: a
// panel of `depth` rows and up to tile_columns columns of B in the first cache meets `height` rows of A from
// the second (Goto and van de Geijn, "Anatomy of High-Performance Matrix Multiplication", 2008). Unlike
// there, operands are read in place unless their strides forbid it or they are large (matmul_blocks.inl): the
// matrices of training are small, and a copy of A costs more than it saves.

#include "doxa/autograd/kernels/matmul_tile.inl"

#include "doxa/autograd/kernels/matmul_pack.inl"

constexpr Index depth = 1536 / static_cast<Index>(sizeof(Real)), height = 256;

// Rows whose distance is a multiple of `bytes`, a power of two, fall into few sets of the first cache and
// displace each other.
inline bool crowds(Index stride, Index bytes) {
  return stride * static_cast<Index>(sizeof(Real)) % bytes == 0;
}

// A panel of B whose rows displace each other is copied if it meets at least this many rows of A. A large
// tile hides the wait for memory, so a copy pays only from more rows on.
constexpr Index crowd = tile_rows < 8 ? 16 : 192;

struct Operand {
  const Real* data;
  Index row, col;
  const Real* at(Index i, Index j) const { return data + i * row + j * col; }
};

struct Result {
  Real* data;
  Index row, col;
  Result at(Index i, Index j) const { return {data + i * row + j * col, row, col}; }
};

// A panel of B, in place or copied. Its rows are contiguous, and `row` apart.
struct Panel {
  const Real* data;
  Index row;
};

// The size of the next block of what is left: at most `most`, and such that the last block is not small.
inline Index take(Index left, Index most) {
  return left <= most ? left : left < 2 * most ? (left + 1) / 2 : most;
}

// All m rows of C for one panel of NV vectors of columns. Not inlined: each copy would compile all tiles
// again, and in a larger function the compiler keeps addresses on the stack. Narrow tiles cannot afford that:
// they already load once for every multiply-add.
template <int NV, bool Columns, bool Ragged>
[[gnu::noinline]] void rows_of_tiles(Index m, Index k, const Real* a, Index stride, Panel b, Real* c, Index c_row,
                                     Mask last, bool accumulate) {
  const Index a_row = Columns ? 1 : stride;
  for (; m >= 2 * tile_rows - 1 || m == tile_rows; m -= tile_rows, a += tile_rows * a_row, c += tile_rows * c_row)
    tile<tile_rows, NV, Columns, Ragged>(k, a, stride, b.data, b.row, c, c_row, last, accumulate);
  for (Index rows; m > 0; m -= rows, a += rows * a_row, c += rows * c_row) {
    rows = take(m, tile_rows);
    tile_of<tile_rows - 1, NV, Columns, Ragged>(rows, k, a, stride, b.data, b.row, c, c_row, last, accumulate);
  }
}

template <bool Columns, bool Ragged>
DOXA_INLINE void tiles(Index vectors, Index m, Index k, const Real* a, Index stride, Panel b, Real* c,
                       Index c_row, Mask last, bool accumulate) {
  if (vectors == 1) return rows_of_tiles<1, Columns, Ragged>(m, k, a, stride, b, c, c_row, last, accumulate);
  if (vectors == 2) return rows_of_tiles<2, Columns, Ragged>(m, k, a, stride, b, c, c_row, last, accumulate);
  rows_of_tiles<tile_vectors, Columns, Ragged>(m, k, a, stride, b, c, c_row, last, accumulate);
}

// C (+)= A B for a panel of B and its columns of C. Where C is stored by columns, which happens only with A
// by rows, tiles are computed apart and added to C transposed.
template <bool Columns>
DOXA_INLINE void multiply(Index m, Index columns, Index k, const Real* a, Index stride, Panel b, Result c,
                          bool accumulate) {
  const Index vectors = (columns + width - 1) / width, padded = vectors * width;
  const Mask last = first(columns - padded + width);  // lanes of the last vector
  if (!Columns && c.col != 1) {
    constexpr Index at_once = 32;  // a multiple of every width and of tile_rows
    alignas(64) Real apart[at_once * tile_columns];
    for (Index i = 0; i < m; i += at_once) {
      const Index rows = m - i < at_once ? m - i : at_once;
      for (Index j = rows * padded; j < at_once * padded; ++j) apart[j] = 0;
      tiles<Columns, false>(vectors, rows, k, a + i * stride, stride, b, apart, padded, first(width), false);
      add_transpose(rows, columns, padded, apart, c.at(i, 0).data, c.col, accumulate);
    }
  } else if (columns == padded) {
    tiles<Columns, false>(vectors, m, k, a, stride, b, c.data, c.row, last, accumulate);
  } else {
    tiles<Columns, true>(vectors, m, k, a, stride, b, c.data, c.row, last, accumulate);
  }
}

template <bool Columns>
void product(Index m, Index n, Index k, Operand a, Operand b, Result c, bool accumulate) {
  alignas(64) Real copy[depth * tile_columns];
  for (Index p = 0, kp; p < k; p += kp) {
    kp = take(k - p, depth);
    for (Index i = 0, mi; i < m; i += mi) {
      mi = take(m - i, height);
      for (Index j = 0, columns; j < n; j += columns) {
        const Index padded = take((n - j + width - 1) / width, tile_vectors) * width;
        columns = n - j < padded ? n - j : padded;
        Panel panel = {b.at(p, j), b.row};
        const bool ragged = columns < padded && (!masks || c.col != 1);
        if (b.col != 1 || ragged || (crowds(b.row, 4096) && mi >= crowd)) {
          pack(kp, columns, padded, panel.data, b.row, b.col, copy);
          panel = {copy, padded};
        }
        multiply<Columns>(mi, columns, kp, a.at(i, p), Columns ? a.col : a.row, panel, c.at(i, j),
                          accumulate || p > 0);
      }
    }
  }
}

// The same with A copied, some rows at a time.
void product_of_copy(Index m, Index n, Index k, Operand a, Operand b, Result c, bool accumulate) {
  constexpr Index rows = 80;  // a multiple of every width, and no power of two
  static_assert(rows % width == 0);
  alignas(64) Real copy[depth * rows];
  for (Index p = 0, kp; p < k; p += kp) {
    kp = take(k - p, depth);
    for (Index i = 0, mi; i < m; i += mi) {
      mi = take(m - i, rows);
      pack(kp, mi, rows, a.at(i, p), a.col, a.row, copy);
      product<true>(mi, n, kp, {copy, 1, rows}, {b.at(p, 0), b.row, b.col}, c.at(i, 0), accumulate || p > 0);
    }
  }
}

#include "doxa/autograd/kernels/matmul_blocks.inl"

void matmul(Index m, Index n, Index k, const Real* a, Index a_row, Index a_col, const Real* b, Index b_row,
            Index b_col, Real* c, bool accumulate);

// An element of C receives a sum over each part of `depth` terms. More than this many terms are cut into
// blocks (long_sum.h), for one piece of C after another.
constexpr Index long_depth = 128 * depth;

[[gnu::noinline]] void long_matmul(Index m, Index n, Index k, const Real* a, Index a_row, Index a_col, const Real* b,
                                   Index b_row, Index b_col, Real* c, bool accumulate) {
  constexpr Index side = 64;
  alignas(64) Real part[side * side], total[side * side], lost[side * side];
  for (Index i = 0, rows; i < m; i += rows) {
    rows = take(m - i, side);
    for (Index j = 0, columns; j < n; j += columns) {
      columns = take(n - j, side);
      Real* to = c + i * n + j;
      for (Index r = 0; r < rows; ++r)
        for (Index s = 0; s < columns; ++s) {
          total[r * columns + s] = accumulate ? to[r * n + s] : 0;
          lost[r * columns + s] = 0;
        }
      for (Index p = 0, terms; p < k; p += terms) {
        terms = take(k - p, long_depth);
        matmul(rows, columns, terms, a + i * a_row + p * a_col, a_row, a_col, b + p * b_row + j * b_col, b_row, b_col,
               part, false);
        DOXA_SIMD
        for (Index e = 0; e < rows * columns; ++e) add_compensated(part[e], total[e], lost[e]);
      }
      for (Index r = 0; r < rows; ++r)
        for (Index s = 0; s < columns; ++s)
          to[r * n + s] = compensated(total[r * columns + s], lost[r * columns + s]);
    }
  }
}

void matmul(Index m, Index n, Index k, const Real* a, Index a_row, Index a_col, const Real* b, Index b_row,
            Index b_col, Real* c, bool accumulate) {
  if (m == 0 || n == 0) return;  // no memory to point into
  if (k > long_depth) return long_matmul(m, n, k, a, a_row, a_col, b, b_row, b_col, c, accumulate);
  if (k == 0 && !accumulate)
    for (Index i = 0; i < m * n; ++i) c[i] = 0;
  const Operand left = {a, a_row, a_col}, right = {b, b_row, b_col};
  // From 512 x 512 x 128 multiplications on, copies of both operands are nothing beside them.
  constexpr Index least = 128;
  if (m >= least && n >= least && k >= least && m * n >= 512 * (512 * 128 / k))
    return product_of_blocks(m, n, k, left, right, {c, n, 1}, accumulate);
  // A narrow tile computes too little with each cache line of A to hide the wait for it.
  const bool crowded = tile_rows < 8 && crowds(a_col, 4096) && n >= 4 * tile_columns && k >= 32;
  if (a_col == 1) {
    // Cᵀ = Bᵀ Aᵀ if transposing A and C is less work than transposing B.
    if (b_row == 1 && b_col != 1 && n * k > (n + k) * m)
      product<false>(n, m, k, {b, b_col, b_row}, {a, a_col, a_row}, {c, 1, n}, accumulate);
    else
      product<false>(m, n, k, left, right, {c, n, 1}, accumulate);
  } else if (a_row == 1 && !crowded) {
    product<true>(m, n, k, left, right, {c, n, 1}, accumulate);
  } else {
    product_of_copy(m, n, k, left, right, {c, n, 1}, accumulate);
  }
}
