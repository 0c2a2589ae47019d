#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <vector>

#include "doxa/models/nn/checkpoint.h"

namespace doxa {

/// A learning rate for each step t = 1 … T: linear warm-up over the first W steps (Goyal et al., arXiv
/// 1706.02677, section 2.2), then half a cosine down to a fraction f of the peak (Loshchilov & Hutter, arXiv
/// 1608.03983, eq. 5):
///   η_t = η t / W                                              t <= W
///   η_t = η (f + (1 - f) (1 + cos(π (t - W) / (T - W))) / 2)   W < t <= T
///   η_t = η f                                                  t > T
struct WarmupCosine {
  double peak = 1e-3;         ///< η
  Index steps = 1;            ///< T
  Index warm_up = 0;          ///< W
  double final_fraction = 0;  ///< f

  double operator()(Index t) const;
};

/// What happened in one step.
struct TrainingStep {
  Index step;  ///< from 1
  double loss, gradient_norm, rate;
  std::optional<double> validation;  ///< the validation loss after this step, if it was due
};

/// How a model is trained: by Adam under a learning-rate schedule, and what else is done from time to time.
struct Training {
  /// What the run consists of: the parameters, the generators that `loss` draws from, the settings that must
  /// match the checkpoint's on resume, and whatever else the caller wants to keep. The loop adds its own:
  /// Adam's moments, the step, the schedule's settings and the validation losses so far.
  TrainingState run = {};
  WarmupCosine rate = {};
  Index steps = 0;      ///< where to end, at most rate.steps; 0: at rate.steps
  double max_norm = 0;  ///< the gradient is clipped to this norm; 0: no clipping

  Index validate_every = 0;               ///< steps, and after the last step; 0: never
  std::filesystem::path checkpoint = {};  ///< where to write checkpoints, no pipe; empty: nowhere
  Index checkpoint_every = 0;             ///< steps; 0: only at the end or when stopped
  /// The checkpoint to continue from; empty: start afresh. Its schedule may differ if everything that it has
  /// done so far is what this run would have done: the same rate of every step, the same validations. Then
  /// the result is, bit for bit, that of this run from the beginning. It may also be that of a shorter run
  /// with the same η and f, which is lengthened: the steps from here on have the rates of the longer run, and
  /// the report says how many had others.
  std::filesystem::path resume = {};

  /// The loss of step t on a fresh batch. Must leave its gradients in the parameters.
  std::function<double(Index t)> loss = {};
  /// The loss on held-out data. For resumed runs to repeat, it must draw the same number of random words from
  /// the run's generators every time, for example none.
  std::function<double()> validation = {};
  std::function<void(const TrainingStep&)> on_step = {};
  std::function<bool()> stop = {};  ///< asked after every step; true ends the run there
};

struct TrainingReport {
  Index steps = 0;       ///< done in total, including those before the checkpoint
  bool stopped = false;  ///< ended by `stop` before the last step
  std::vector<double> validation_step = {}, validation = {};
  Index best_step = 0;  ///< of least validation loss: the model has its parameters; 0: no validation
  Index on_shorter_schedule = 0;  ///< steps of a shorter run that was lengthened and had other rates
};

/// Runs the loop. Afterwards the model has the parameters of the least validation loss, if there was
/// validation, otherwise the last ones; the checkpoint keeps the last ones too, to continue from. Throws
/// std::domain_error naming the step if a loss or a gradient is not finite; the checkpoint written before
/// stays. Throws FileError and std::runtime_error as load_checkpoint and save_checkpoint do.
TrainingReport train(const Training& training);

/// While it lives, the first SIGINT (Ctrl-C), the first SIGTERM and the first SIGHUP (a lost connection) ask
/// the program to stop instead of ending it, so that a loop can finish its step and write what it has. A
/// second signal of the same kind ends the program, unless it comes within `same_request` seconds: a
/// terminal, `timeout` and other programs that run programs often send one request twice. A signal that was
/// ignored before (under nohup) stays ignored. The destructor restores the handlers that were there before.
///
/// A program that has stopped should end by end_by_signal, so that a shell sees why.
class StopRequest {
 public:
  static constexpr double same_request = 0.5;

  StopRequest();  ///< throws std::logic_error if there is one already: signals belong to the whole program
  ~StopRequest();
  StopRequest(const StopRequest&) = delete;
  StopRequest& operator=(const StopRequest&) = delete;

  int signal() const;  ///< the signal that came, 0 if none has
  explicit operator bool() const { return signal() != 0; }
};

/// Ends the program as the signal would have: its parent sees exit status 128 + signal (130 for Ctrl-C), and
/// a shell's loop around it ends as well. What is in buffers of streams must have been flushed. Where the
/// signal is blocked, it ends the program with that exit status.
[[noreturn]] void end_by_signal(int signal);

}  // namespace doxa
