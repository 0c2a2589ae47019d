#pragma once

#include "doxa/autograd/kernels/long_sum.h"
#include "doxa/autograd/tape.h"

namespace doxa {

/// Σ x over any number of terms, added in order: see kernels/long_sum.h.
class LongSum {
 public:
  void operator+=(Real x) {
    block_ += x;
    if (++terms_ < sum_block) [[likely]]
      return;
    elementary::add_compensated(block_, total_, lost_);
    block_ = 0;
    terms_ = 0;
  }
  operator Real() const {
    Real total = total_, lost = lost_;
    elementary::add_compensated(block_, total, lost);
    return elementary::compensated(total, lost);
  }

 private:
  Real block_ = 0, total_ = 0, lost_ = 0;
  Index terms_ = 0;
};

/// Sums to which a backward rule adds terms in any order: the elements of an operand's adjoint. The rule adds
/// to the adjoint itself, and after each row of terms calls added(). Where a row has received a block of
/// terms, they move to a compensated total, and the adjoint starts from zero again; finish() brings the
/// totals back. Does nothing if no element receives more terms than a block has.
///
///   LongSums sums(r, 0, terms);
///   for (…) {
///     for (Index i = 0; i < n; ++i) r.adjoint(0)[at + i] += …;
///     sums.added(at, n);
///   }
///   sums.finish();
class LongSums {
 public:
  /// Numbers of memory for n sums of `terms` terms each.
  static Index memory(Index n, Index terms) { return terms > sum_block ? 3 * n : 0; }

  /// For the adjoint of this operand, each element of which receives at most `terms` terms. Takes the
  /// record's workspace.
  LongSums(const Record& r, int operand, Index terms) : n_(r.size(operand)), y_(r.adjoint(operand)) {
    if (const Index needed = memory(n_, terms); needed > 0) start(r.workspace(needed));
  }
  /// The same for n numbers y, and memory(n, terms) numbers of `memory`.
  LongSums(Index n, Index terms, Real* y, Real* memory) : n_(n), y_(y) {
    if (n > 0 && terms > sum_block) start(memory);
  }

  /// This many terms were added to each of y[at] … y[at + width - 1].
  void added(Index at, Index width, Index terms = 1) {
    if (!terms_) [[likely]]
      return;
    terms_[at] += static_cast<Real>(terms);
    if (terms_[at] >= static_cast<Real>(sum_block)) settle(at, width);
  }
  /// n terms were added, in steps of 1 or 0: to n elements from y[at] on, or all of them to y[at].
  void added_in_steps(Index at, Index n, Index step) { step ? added(at, n) : added(at, 1, n); }
  void finish();

 private:
  void start(Real* memory);
  void settle(Index at, Index width);

  Index n_;
  Real *y_, *total_ = nullptr, *lost_ = nullptr, *terms_ = nullptr;
};

}  // namespace doxa
