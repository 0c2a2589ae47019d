// Included by matmul.inl: the product of large matrices, both copied in the order in which the tiles read
// them. The rows of a large matrix lie a page or more apart, and at distances of a power of two they displace
// each other in the caches; a copy has neither fault, and is read many times.

// A has panels of so many rows.
constexpr Index panel_rows = tile_rows > width ? tile_rows : width;

// A block of A stays in the second cache, and one of B in the third, while C is computed panel by panel of
// both. C comes from memory once for each block of B: so that this is seldom, a block is several parts deep.
constexpr Index block_parts = 2, block_rows = 96, block_columns = 960;
static_assert(block_rows % panel_rows == 0 && block_columns % width == 0);

// The depth of the next block. Sums end at the same places as in product(), and have the same bits.
inline Index take_parts(Index left) { return left < (block_parts + 1) * depth ? left : block_parts * depth; }

inline Index panel_width(Index columns) { return take((columns + width - 1) / width, tile_vectors) * width; }

inline void prefetch_for_writing(Result c, Index rows, Index columns) {
  for (Index i = 0; i < rows; ++i)
    for (Index j = 0; j < columns; j += width) __builtin_prefetch(c.at(i, j).data, 1);
}

// The columns of B as panels, one after another.
void pack_panels_of_columns(Index k, Index n, Operand b, Real* to) {
  for (Index j = 0, padded; j < n; j += padded, to += k * padded) {
    padded = panel_width(n - j);
    pack(k, n - j < padded ? n - j : padded, padded, b.at(0, j), b.row, b.col, to);
  }
}

void pack_panels_of_rows(Index m, Index k, Operand a, Real* to) {
  for (Index i = 0; i < m; i += panel_rows, to += k * panel_rows)
    pack(k, m - i < panel_rows ? m - i : panel_rows, panel_rows, a.at(i, 0), a.col, a.row, to);
}

// C (+)= A B for one block of each, whose panels are k deep.
void block_of_panels(Index m, Index n, Index k, const Real* a, const Real* b, Result c, bool accumulate) {
  for (Index j = 0, padded; j < n; j += padded, b += k * padded) {
    padded = panel_width(n - j);
    const Index columns = n - j < padded ? n - j : padded;
    for (Index i = 0; i < m; i += panel_rows) {
      const Index rows = m - i < panel_rows ? m - i : panel_rows;
      prefetch_for_writing(c.at(i, j), rows, columns);
      for (Index p = 0, kp; p < k; p += kp) {
        kp = take(k - p, depth);
        multiply<true>(rows, columns, kp, a + (i * k + p * panel_rows), panel_rows, {b + p * padded, padded},
                       c.at(i, j), accumulate || p > 0);
      }
    }
  }
}

void product_of_blocks(Index m, Index n, Index k, Operand a, Operand b, Result c, bool accumulate) {
  constexpr Index most = (block_parts + 1) * depth;
  Real* const rows = memory_of_thread(most * (block_rows + block_columns));
  Real* const columns = rows + most * block_rows;
  for (Index p = 0, kp; p < k; p += kp) {
    kp = take_parts(k - p);
    for (Index j = 0, nj; j < n; j += nj) {
      nj = take(n - j, block_columns);
      pack_panels_of_columns(kp, nj, {b.at(p, j), b.row, b.col}, columns);
      for (Index i = 0, mi; i < m; i += mi) {
        mi = take(m - i, block_rows);
        pack_panels_of_rows(mi, kp, {a.at(i, p), a.row, a.col}, rows);
        block_of_panels(mi, nj, kp, rows, columns, c.at(i, j), accumulate || p > 0);
      }
    }
  }
}
