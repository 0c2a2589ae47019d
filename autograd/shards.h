#pragma once

#include <condition_variable>
#include <deque>
#include <exception>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

#include "doxa/autograd/tape.h"

namespace doxa {

/// The gradient of a sum of losses, each on its own tape, computed by several threads: a batch cut into
/// shards.
///
///   Shards shards(4, 2);                                    // four shards on two threads; made once
///   const double loss = shards.backward([&](Tape& tape, int shard) { return model.loss(tape, shard); });
///   adam.step(parameters);
///
/// The gradients of leaves are added in the order of the shards. So the result depends, in its last bits, on
/// the number of shards, but not on the number of threads.
class Shards {
 public:
  using Loss = std::function<Var(Tape& tape, int shard)>;

  /// Throws std::invalid_argument unless both numbers are positive, and std::system_error if a thread cannot
  /// be started.
  Shards(int shards, int threads);
  ~Shards();
  Shards(const Shards&) = delete;
  Shards& operator=(const Shards&) = delete;

  int count() const { return static_cast<int>(tapes_.size()); }
  Tape& tape(int shard) { return tapes_[static_cast<std::size_t>(shard)]; }

  /// Clears every tape, evaluates loss(tape, shard) on it and differentiates it. Then the gradient of every
  /// leaf is Σ_shards ∂loss_shard/∂leaf. Returns Σ loss_shard. Several threads call `loss` at once, each for
  /// a different shard, so it must not change anything that they share. If it throws, the exception of the
  /// first failed shard is thrown here, and no gradient is changed. Throws std::logic_error if a gradient has
  /// got another shape or is bound to different values.
  double backward(const Loss& loss);

 private:
  void work();
  void run_shards();
  void run_shard(int shard);
  void expect_the_same_leaves() const;
  void end_threads();

  std::deque<Tape> tapes_;  // a Tape does not move
  std::vector<double> losses_;
  std::vector<std::exception_ptr> errors_;

  std::mutex mutex_;  // protects the members from here to stop_
  std::condition_variable start_, finished_;
  const Loss* loss_ = nullptr;
  int next_ = 0, left_ = 0;  // the next shard to start; how many are not finished
  bool stop_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace doxa
