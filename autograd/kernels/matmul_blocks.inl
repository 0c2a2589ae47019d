// Included by matmul.inl: the product of large matrices, both copied in the order in which the tiles read
// them. The rows of a large matrix lie a page or more apart, and at distances of a power of two they displace
// each other in the caches; a copy has neither fault, and is read many times.

// A has panels of so many rows.
constexpr Index panel_rows = tile_rows > width ? tile_rows : width;

// A block of A stays in the second cache, and one of B in the third, while C is computed panel by panel of
// both. C comes from memory once for each block of B: so that this is seldom, a block is several parts deep.
constexpr Index block_parts = 2, block_rows = 96, block_columns = 1056;
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

// The rows of A as panels, one after another. A transposed is read column by column: its columns are contiguous.
void pack_panels_of_rows(Index m, Index k, Operand a, Real* to) {
  const Index whole = a.row == 1 ? m / panel_rows * panel_rows : 0;
  for (Index q = 0; q < k; ++q)
    for (Index i = 0; i < whole; i += width)
      store(to + (i / panel_rows * k + q) * panel_rows + i % panel_rows, load(a.at(i, q)));
  to += whole * k;
  for (Index i = whole; i < m; i += panel_rows, to += k * panel_rows)
    pack(k, m - i < panel_rows ? m - i : panel_rows, panel_rows, a.at(i, 0), a.col, a.row, to);
}

// The first tile_rows rows of C for one panel of B, which is copied from its matrix on the way.
template <bool Ragged>
DOXA_INLINE void copying_tiles(Index vectors, Index k, const Real* a, Panel b, Real* copy, Result c,
                               Mask last, bool accumulate) {
  if (vectors == 1)
    return copying_tile<1, Ragged>(k, a, panel_rows, b.data, b.row, copy, c.data, c.row, last, accumulate);
  if (vectors == 2)
    return copying_tile<2, Ragged>(k, a, panel_rows, b.data, b.row, copy, c.data, c.row, last, accumulate);
  copying_tile<tile_vectors, Ragged>(k, a, panel_rows, b.data, b.row, copy, c.data, c.row, last, accumulate);
}

[[gnu::noinline]] void copy_and_multiply(Index columns, Index padded, Index k, const Real* a, Panel b,
                                         Real* copy, Result c, bool accumulate) {
  const Mask last = first(columns - padded + width);
  if (columns == padded)
    copying_tiles<false>(padded / width, k, a, b, copy, c, last, accumulate);
  else
    copying_tiles<true>(padded / width, k, a, b, copy, c, last, accumulate);
}

// C (+)= A B for one block of each, whose panels are k deep. If B is still to be copied to `panels`, `b` is where its
// rows lie now, and the tiles at the top copy it: the copy costs no pass over memory of its own.
void block_of_panels(Index m, Index n, Index k, const Real* a, Real* panels, const Panel* b, Result c,
                     bool accumulate) {
  for (Index j = 0, padded; j < n; j += padded, panels += k * padded) {
    padded = panel_width(n - j);
    const Index columns = n - j < padded ? n - j : padded;
    for (Index i = 0; i < m; i += panel_rows) {
      const Index rows = m - i < panel_rows ? m - i : panel_rows;
      prefetch_for_writing(c.at(i, j), rows, columns);
      for (Index p = 0, kp; p < k; p += kp) {
        kp = take(k - p, depth);
        const Real* of_a = a + (i * k + p * panel_rows);
        Real* of_b = panels + p * padded;
        const bool copies = b != nullptr && i == 0;
        if (copies)
          copy_and_multiply(columns, padded, kp, of_a, {b->data + p * b->row + j, b->row}, of_b, c.at(i, j),
                            accumulate || p > 0);
        const Index done = copies ? tile_rows : 0;
        if (rows > done)
          multiply<true>(rows - done, columns, kp, of_a + done, panel_rows, {of_b, padded}, c.at(i + done, j),
                         accumulate || p > 0);
      }
    }
  }
}

void product_of_blocks(Index m, Index n, Index k, Operand a, Operand b, Result c, bool accumulate) {
  constexpr Index most = (block_parts + 1) * depth;
  Real* const rows = memory_of_thread(most * (block_rows + block_columns));
  Real* const columns = rows + most * block_rows;
  const bool in_rows = b.col == 1;
  for (Index p = 0, kp; p < k; p += kp) {
    kp = take_parts(k - p);
    for (Index j = 0, nj; j < n; j += nj) {
      nj = take(n - j, block_columns);
      if (!in_rows) pack_panels_of_columns(kp, nj, {b.at(p, j), b.row, b.col}, columns);
      for (Index i = 0, mi; i < m; i += mi) {
        mi = take(m - i, block_rows);
        pack_panels_of_rows(mi, kp, {a.at(i, p), a.row, a.col}, rows);
        const Panel uncopied = {b.at(p, j), b.row};
        block_of_panels(mi, nj, kp, rows, columns, in_rows && i == 0 ? &uncopied : nullptr, c.at(i, j),
                        accumulate || p > 0);
      }
    }
  }
}
