#include "doxa/autograd/shards.h"

#include <algorithm>
#include <stdexcept>
#include <string>

#include "doxa/autograd/internal/tape_state.h"
#include "doxa/autograd/kernels/kernels.h"

namespace doxa {

Shards::Shards(int shards, int threads) {
  if (shards < 1 || threads < 1)
    throw std::invalid_argument("Shards: " + std::to_string(shards) + " shards on " +
                                std::to_string(threads) + " threads, expected at least 1 of each");
  for (int i = 0; i < shards; ++i) tapes_.emplace_back().state_->keeps_leaf_gradients = true;
  losses_.resize(tapes_.size());
  errors_.resize(tapes_.size());
#if defined(__EMSCRIPTEN__) && !defined(__EMSCRIPTEN_PTHREADS__)
  threads = 1;  // WebAssembly has no threads here; the gradient is the same
#endif
  // The calling thread works too. Threads beyond the number of shards would have nothing to do.
  try {
    for (int i = 1; i < std::min(shards, threads); ++i) threads_.emplace_back([this] { work(); });
  } catch (...) {  // the system has no more threads: those that run must end
    end_threads();
    throw;
  }
}

Shards::~Shards() { end_threads(); }

void Shards::end_threads() {
  {
    const std::lock_guard lock(mutex_);
    stop_ = true;
  }
  start_.notify_all();
  for (std::thread& thread : threads_) thread.join();
}

double Shards::backward(const Loss& loss) {
  {
    const std::lock_guard lock(mutex_);
    loss_ = &loss;
    next_ = 0;
    left_ = count();
  }
  start_.notify_all();
  run_shards();
  {
    std::unique_lock lock(mutex_);
    finished_.wait(lock, [this] { return left_ == 0; });
    loss_ = nullptr;
  }
  for (std::exception_ptr& error : errors_)
    if (error) {
      const std::exception_ptr first = error;
      std::ranges::fill(errors_, nullptr);
      std::rethrow_exception(first);
    }
  expect_the_same_leaves();
  for (const Tape& tape : tapes_)
    for (const Tape::State::BoundValue& leaf : tape.state_->leaves)
      std::ranges::fill(tape.nodes_[leaf.record].gradient()->span(), Real{0});
  double total = 0;
  for (std::size_t s = 0; s < tapes_.size(); ++s) {
    const Tape& tape = tapes_[s];
    for (const Tape::State::BoundValue& leaf : tape.state_->leaves) {
      const Tape::Node& x = tape.nodes_[leaf.record];
      tape.kernels().add_scaled(x.shape->size(), 1, x.adjoint, x.gradient()->data());
    }
    total += losses_[s];
  }
  return total;
}

// Every gradient has still the shape of its leaf, and belongs to the same value on all tapes.
void Shards::expect_the_same_leaves() const {
  const Tape& first = tapes_.front();
  for (const Tape& tape : tapes_)
    for (const Tape::State::BoundValue& leaf : tape.state_->leaves) {
      const Tape::Node& x = tape.nodes_[leaf.record];
      Tape::gradient_of(x);
      const std::uint32_t entry = first.state_->leaf_slots[first.slot_of(*leaf.gradient)];
      if (entry && first.nodes_[first.state_->leaves[entry - 1].record].value != x.value)
        throw std::logic_error("Shards: a gradient of shape " + x.shape->str() +
                               " is bound to different values on two tapes");
    }
}

void Shards::work() {
  for (;;) {
    {
      std::unique_lock lock(mutex_);
      start_.wait(lock, [this] { return stop_ || (loss_ && next_ < count()); });
      if (stop_) return;
    }
    run_shards();
  }
}

// Runs shards one after another until none is left to start.
void Shards::run_shards() {
  for (;;) {
    int shard;
    {
      const std::lock_guard lock(mutex_);
      if (next_ == count()) return;
      shard = next_++;
    }
    run_shard(shard);
    const std::lock_guard lock(mutex_);
    if (--left_ == 0) finished_.notify_all();
  }
}

void Shards::run_shard(int shard) {
  const auto s = static_cast<std::size_t>(shard);
  try {
    Tape& tape = tapes_[s];
    tape.clear();
    const Var loss = (*loss_)(tape, shard);
    tape.backward(loss);
    losses_[s] = static_cast<double>(loss.item());
  } catch (...) {
    errors_[s] = std::current_exception();
  }
}

}  // namespace doxa
