// Reverse mode: one loop over the records, from the newest to the oldest.

#include <algorithm>
#include <stdexcept>

#include "doxa/autograd/internal/tape_state.h"
#include "doxa/autograd/kernels/long_sum.h"
#include "doxa/autograd/tape.h"

namespace doxa {

void Tape::start_new_adjoint(Node& root) {
  const Index n = root.shape->size();
  root.reached = backward_;
  root.adjoint = root.leaf && !state_->keeps_leaf_gradients ? gradient_of(root) : state_->adjoints.take(n);
  fill_with_nan(root.adjoint, static_cast<std::size_t>(n) * sizeof(Real));
}

void Tape::start_at_zero(std::uint32_t root) {
  start_adjoint(nodes_[root]);
  std::fill_n(nodes_[root].adjoint, nodes_[root].shape->size(), Real{0});
}

// The tensor may have got other memory since it was bound.
Real* Tape::gradient_of(const Node& leaf) {
  if (leaf.gradient()->shape() != *leaf.shape)
    throw std::logic_error("backward: the gradient of a leaf of shape " + leaf.shape->str() +
                           " has now the shape " + leaf.gradient()->shape().str());
  return leaf.gradient()->data();
}

//! [reverse-loop]
void Tape::propagate(std::uint32_t last, std::uint32_t first) {
  for (std::uint32_t i = last + 1; i-- > first;) {
    const Node& node = nodes_[i];
    if (!node.rule || node.reached != backward_) continue;
    Record line(this, i);
    node.rule(line);  // may add records and remove them again, which invalidates `node`
    if (require_finite_) [[unlikely]]
      for (int k = 0; k < line.operands(); ++k)
        if (const Node& x = operand(i, k); x.root != none && nodes_[x.root].reached == backward_)
          check_finite(i, {adjoint_of(x), static_cast<std::size_t>(x.shape->size())},
                       ("the gradient it adds to operand " + std::to_string(k)).c_str());
    if (!state_->adjoints_kept)  // all uses of record i lie above it and are done
      state_->adjoints.give(nodes_[i].adjoint, nodes_[i].shape->size());
  }
}
//! [reverse-loop]

// A leaf may be used by a million records. After each block of them, what its adjoint has received moves to a
// compensated total (kernels/long_sum.h), and the adjoint starts from zero again.
void Tape::propagate_in_blocks(std::uint32_t last, std::uint32_t first) {
  constexpr auto block = static_cast<std::uint32_t>(sum_block);
  for (std::uint32_t end = last + 1; end > first;) {
    const std::uint32_t begin = end - std::min(end - first, block);
    propagate(end - 1, begin);
    state_->records_run += end - begin;
    if (state_->records_run >= block) settle_leaves();
    end = begin;
  }
}

void Tape::settle_leaves() {
  State& s = *state_;
  s.records_run = 0;
  s.leaf_totals.resize(s.leaves.size());
  for (std::size_t i = 0; i < s.leaves.size(); ++i) {
    const Node& leaf = nodes_[s.leaves[i].record];
    if (leaf.reached != backward_) continue;
    State::LeafTotal& t = s.leaf_totals[i];
    const Index n = leaf.shape->size();
    if (!t.total) {
      t = {s.adjoints.take(n), s.adjoints.take(n)};
      std::fill_n(t.total, n, Real{0});
      std::fill_n(t.lost, n, Real{0});
    }
    for (Index k = 0; k < n; ++k) elementary::add_compensated(leaf.adjoint[k], t.total[k], t.lost[k]);
    std::fill_n(leaf.adjoint, n, Real{0});
  }
}

void Tape::finish_leaves() {
  State& s = *state_;
  if (s.leaf_totals.empty()) return;
  settle_leaves();
  for (std::size_t i = 0; i < s.leaves.size(); ++i) {
    const Node& leaf = nodes_[s.leaves[i].record];
    const State::LeafTotal& t = s.leaf_totals[i];
    for (Index k = 0; t.total && k < leaf.shape->size(); ++k)
      leaf.adjoint[k] = elementary::compensated(t.total[k], t.lost[k]);
  }
}

void Tape::start_backward(std::uint32_t node, std::span<const Real> cotangent) {
  State& s = *state_;
  if (s.records_in_use > 0)
    throw std::logic_error("backward: called by a backward rule that is still running");
  // What has been added up when a rule throws is no gradient.
  struct Running {
    Tape& tape;
    bool done = false;
    ~Running() {
      tape.state_->records_in_use = 0;
      if (!done) tape.differentiated_ = none;
    }
  } running{*this};
  s.records_in_use = static_cast<std::uint32_t>(nodes_.size());
  if (++backward_ == 0) {  // after 2³² backwards: no record may look reached by an old one of the same number
    for (Node& x : nodes_) x.reached = 0;
    backward_ = 1;
  }
  std::vector<Real> copy;
  if (const std::uint32_t root = nodes_[node].root; root != none && nodes_[root].leaf) {
    copy.assign(cotangent.begin(),
                cotangent.end());  // it may be the gradient of this leaf, which starts from zero
    cotangent = copy;
  }
  differentiated_ = node;
  s.peak_bytes = peak_bytes();
  s.reset_adjoints();
  s.leaf_totals.clear();
  s.records_run = 0;
  s.adjoints_kept = s.keep_adjoints;
  if (nodes_[node].root != none) {  // otherwise y depends on no variable, and every gradient is zero
    reach(nodes_[node].root);
    std::copy(cotangent.begin(), cotangent.end(), adjoint_of(nodes_[node]));
    if (require_finite_) check_finite(node, cotangent, "the cotangent");
    propagate_in_blocks(node, 0);
    finish_leaves();
    expect_unchanged_leaves(node);
  }
  for (const State::BoundValue& leaf : s.leaves) reach(leaf.record);
  running.done = true;
}

void Tape::backward(Var loss) {
  const std::uint32_t node = check(loss);
  if (loss.size() != 1)
    throw argument_error({"backward", *this},
                         "expected a loss with one element, got shape " + loss.shape().str());
  const Real one = 1;
  start_backward(node, {&one, 1});
}

void Tape::backward(Var y, const Tensor& cotangent) {
  const std::uint32_t node = check(y);
  if (cotangent.shape() != y.shape())
    throw argument_error({"backward", *this}, "the cotangent has shape " + cotangent.shape().str() +
                                                  ", expected " + y.shape().str());
  start_backward(node, cotangent.span());
}

}  // namespace doxa
