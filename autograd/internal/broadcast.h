#pragma once

#include <algorithm>
#include <array>

#include "doxa/autograd/tape.h"

namespace doxa {

namespace broadcasting {
/// y = x, broadcast.
void expand(const Shape& from, const Shape& to, const Real* x, Real* y);
/// d += g, summed over what was broadcast. Needs sums_memory(from, to) numbers of memory.
void add_sums(const Shape& from, const Shape& to, const Real* g, Real* d, Real* memory);
Index sums_memory(const Shape& from, const Shape& to);
}  // namespace broadcasting

struct WithAdjoints {};
inline constexpr WithAdjoints adjoints;

/// The operands of a record as arrays of the record's own shape that do not overlap, for rules that are loops
/// over elements. An operand of another shape is broadcast into the record's workspace; its adjoint is
/// collected there and summed by add_sums(). So is the adjoint of an operand that shares memory with another
/// one, as in kl_divergence(q, q).
///
///   forward:   const Broadcast<3> x(r);
///              f(r.size(), x.value[0], x.value[1], x.value[2], r.value());
///   backward:  const Broadcast<3> x(r, adjoints);
///              f(…, r.adjoint(), x.adjoint[0], …);
///              x.add_sums();
template <int N>
class Broadcast {
 public:
  std::array<const Real*, N> value;
  std::array<Real*, N> adjoint{};

  explicit Broadcast(Record& r) : Broadcast(r, false) {}
  Broadcast(Record& r, WithAdjoints) : Broadcast(r, true) {}

  void add_sums() const {
    for (int i = 0; i < N; ++i)
      if (apart_[static_cast<std::size_t>(i)] && r_.needs_gradient(i))
        broadcasting::add_sums(r_.shape(i), r_.shape(), adjoint[static_cast<std::size_t>(i)], r_.adjoint(i),
                               for_sums_);
  }

 private:
  Broadcast(Record& r, bool with_adjoints) : r_(r) {
    const Index n = r.size();
    Index needed = 0, for_sums = 0;
    for (int i = 0; i < N; ++i) {
      const auto at = static_cast<std::size_t>(i);
      value[at] = r.value(i);
      other_shape_[at] = !(r.shape(i) == r.shape());
      needed += other_shape_[at] ? n : 0;
      if (!with_adjoints) continue;
      adjoint[at] = r.adjoint(i);
      apart_[at] = other_shape_[at];
      for (std::size_t k = 0; k < at && r.needs_gradient(i); ++k)
        apart_[at] |= adjoint[k] < adjoint[at] + n && adjoint[at] < adjoint[k] + n;
      needed += apart_[at] ? n : 0;
      if (apart_[at]) for_sums = std::max(for_sums, broadcasting::sums_memory(r.shape(i), r.shape()));
    }
    if (needed == 0) return;
    for_sums_ = r.workspace(needed + for_sums);
    Real* free = for_sums_ + for_sums;
    for (int i = 0; i < N; ++i) {
      const auto at = static_cast<std::size_t>(i);
      if (other_shape_[at]) {
        broadcasting::expand(r.shape(i), r.shape(), r.value(i), free);
        value[at] = free;
        free += n;
      }
      if (apart_[at]) {
        for (Index j = 0; j < n; ++j) free[j] = 0;
        adjoint[at] = free;
        free += n;
      }
    }
  }

  Record& r_;
  Real* for_sums_ = nullptr;
  std::array<bool, N> other_shape_{}, apart_{};  // apart_: its adjoint is collected in the workspace
};

/// The n of a stack of [n,n] matrices; throws std::invalid_argument naming `op` if it is none.
Index order_of(const Shape& stack, const OpName& op);

/// Pairs the matrices of two stacks, [..., m, n] each, whose leading axes broadcast by NumPy's rules. Throws
/// std::invalid_argument naming `op` if they do not broadcast.
class Stacks {
 public:
  Stacks(const Shape& a, const Shape& b, const OpName& op);

  Index count() const { return count_[0] * count_[1]; }
  Shape shape(Index rows, Index columns) const;  ///< of the result: a [rows, columns] for each pair
  Index uses(const Shape& operand) const;        ///< of each matrix of an operand, one of the two

  /// Calls f(i, j, k): matrix i of a and matrix j of b make matrix k of the result.
  template <class F>
  void for_each(F f) const {
    for (Index o = 0, k = 0; o < count_[0]; ++o)
      for (Index i = 0; i < count_[1]; ++i, ++k)
        f(o * step_a_[0] + i * step_a_[1], o * step_b_[0] + i * step_b_[1], k);
  }

 private:
  int rank_;
  std::array<Index, 2> count_{1, 1}, step_a_{}, step_b_{};
};

}  // namespace doxa
