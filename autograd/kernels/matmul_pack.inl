// Included by matmul.inl: copies of parts of a matrix in the order in which the tile reads them.

template <int... I>
struct Sequence {};
template <int N, int... I>
struct Count : Count<N - 1, N - 1, I...> {};
template <int... I>
struct Count<0, I...> {
  typedef Sequence<I...> type;
};

// Swaps the lanes of x and y that lie off the diagonal of every 2D x 2D block.
template <int D, int... I>
DOXA_INLINE void exchange(Vector& x, Vector& y, Sequence<I...>) {
  constexpr int W = static_cast<int>(width);
  const Vector low = __builtin_shufflevector(x, y, ((I & D) ? W + I - D : I)...);
  y = __builtin_shufflevector(x, y, ((I & D) ? W + I : I + D)...);
  x = low;
}

// The transpose of a width x width block with one row in each vector. The two off-diagonal quarters change
// places, then those of each quarter, and so on down to single lanes.
template <int D>
DOXA_INLINE void transpose(Vector (&rows)[width]) {
  if constexpr (D > 0) {
    for (int i = 0; i < width; ++i)
      if (!(i & D)) exchange<D>(rows[i], rows[i + D], typename Count<static_cast<int>(width)>::type());
    transpose<D / 2>(rows);
  }
}
DOXA_INLINE void transpose(Vector (&rows)[width]) { transpose<static_cast<int>(width) / 2>(rows); }

// to[q * padded + j] = b[q * b_row + j * b_col] for q < k and j < columns, and 0 for columns <= j < padded, a
// multiple of width.
void pack(Index k, Index columns, Index padded, const Real* b, Index b_row, Index b_col, Real* to) {
  if (b_col == 1) {
    const Index whole = columns / width * width;
    const Mask last = first(columns - whole);
    for (Index q = 0; q < k; ++q, b += b_row, to += padded) {
      Index j = 0;
      for (; j < whole; j += width) store(to + j, load(b + j));
      if (j < columns) store(to + j, load(b + j, last)), j += width;
      for (; j < padded; j += width) store(to + j, Vector{});
    }
  } else if (b_row == 1) {
    const Index whole = k / width * width;
    for (Index j = 0; j < padded; j += width) {
      const Index some = columns - j < width ? columns - j : width;
      Index q = 0;
      if (some == width)
        for (; q < whole; q += width) {
          const Real* from = b + q + j * b_col;
          Real* at = to + q * padded + j;
          Vector block[width];
          for (Index i = 0; i < width; ++i) block[i] = load(from + i * b_col);
          transpose(block);
          for (Index i = 0; i < width; ++i) store(at + i * padded, block[i]);
        }
      for (; q < k; q += width) {
        const Real* from = b + q + j * b_col;
        Real* at = to + q * padded + j;
        const Index rows = k - q < width ? k - q : width;
        Vector block[width];
        for (Index i = 0; i < width; ++i)
          block[i] = i < some ? load(from + i * b_col, first(rows)) : Vector{};
        transpose(block);
        for (Index i = 0; i < width; ++i)
          if (i < rows) store(at + i * padded, block[i]);
      }
    }
  } else {
    for (Index q = 0; q < k; ++q)
      for (Index j = 0; j < padded; ++j) to[q * padded + j] = j < columns ? b[q * b_row + j * b_col] : 0;
  }
}

// c[i + j * c_col] (+)= from[i * padded + j] for i < rows and j < columns.
void add_transpose(Index rows, Index columns, Index padded, const Real* from, Real* c, Index c_col,
                   bool accumulate) {
  for (Index i = 0; i < rows; i += width) {
    const Index some = rows - i < width ? rows - i : width;
    const Mask mask = first(some);
    for (Index j = 0; j < columns; j += width) {
      const Index across = columns - j < width ? columns - j : width;
      Vector block[width];
      for (Index r = 0; r < width; ++r) block[r] = load(from + (i + r) * padded + j);
      transpose(block);
      Real* to = c + i + j * c_col;
      for (Index r = 0; r < across; ++r, to += c_col)
        if (some == width)
          store(to, accumulate ? load(to) + block[r] : block[r]);
        else if (accumulate)
          add(to, block[r], mask);
        else
          store(to, block[r], mask);
    }
  }
}
