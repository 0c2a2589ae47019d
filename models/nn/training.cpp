#include "doxa/models/nn/training.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cmath>
#include <csignal>
#include <cstdlib>
#include <ctime>
#include <numbers>
#include <stdexcept>
#include <string>

#include "doxa/autograd/internal/number_text.h"
#include "doxa/models/files/file.h"

namespace doxa {
namespace {

void require_finite(double value, const char* what, Index step) {
  if (!std::isfinite(value))
    throw std::domain_error("training: the " + std::string(what) + " of step " + std::to_string(step) +
                            " is " + to_text(value));
}

bool is_due(Index step, Index every, Index last) { return step == last || (every > 0 && step % every == 0); }

// What the loop does at which step.
struct Schedule {
  WarmupCosine rate;
  Index validate_every;

  bool validates(Index step) const { return validate_every > 0 && is_due(step, validate_every, rate.steps); }
};

constexpr std::array schedule_settings = {"rate.peak", "rate.steps", "rate.warm_up", "rate.final_fraction",
                                          "validate_every"};

// The schedule of the run that a checkpoint is of; nothing where its settings are missing or malformed.
std::optional<Schedule> schedule_of(const std::map<std::string, std::string>& settings) {
  std::array<double, schedule_settings.size()> values{};
  for (std::size_t i = 0; i < values.size(); ++i) {
    const auto found = settings.find(schedule_settings[i]);
    const DecimalReading number = read_decimal(found == settings.end() ? "" : found->second);
    const bool whole = i == 0 || i == 3 || (number.value >= 0 && number.value < 1e15);
    if (!number.in_range() || !whole) return {};
    values[i] = number.value;
  }
  return Schedule{{.peak = values[0],
                   .steps = static_cast<Index>(values[1]),
                   .warm_up = static_cast<Index>(values[2]),
                   .final_fraction = values[3]},
                  static_cast<Index>(values[4])};
}

class Loop {
 public:
  explicit Loop(const Training& training) : t_(training), run_(training.run) {
    if (!t_.loss) throw std::invalid_argument("training: no loss");
    if (t_.steps < 0 || t_.steps > t_.rate.steps)
      throw std::invalid_argument("training: " + std::to_string(t_.steps) + " steps, expected at most the " +
                                  std::to_string(t_.rate.steps) + " of the schedule");
    adam_.max_norm = t_.max_norm;
    run_.adam = &adam_;
    const auto add = [](auto& to, const char* name, auto value) {
      if (!to.emplace(name, value).second)
        throw std::invalid_argument(std::string("training: ") + name + " is a name of the loop itself");
    };
    add(run_.counters, "step", &report_.steps);
    add(run_.series, "validation.step", &report_.validation_step);
    add(run_.series, "validation.loss", &report_.validation);
    add(run_.copies, "best", &best_);
    const std::array values = {to_text(t_.rate.peak), std::to_string(t_.rate.steps),
                               std::to_string(t_.rate.warm_up), to_text(t_.rate.final_fraction),
                               std::to_string(t_.validate_every)};
    for (std::size_t i = 0; i < values.size(); ++i) add(run_.settings, schedule_settings[i], values[i]);
  }

  TrainingReport run() {
    // Read before it is checked whether it can be written, because both may be about one path.
    std::optional<Safetensors> from;
    if (!t_.resume.empty()) from = read_checkpoint(t_.resume);
    // Find out now, not after hours of training.
    if (!t_.checkpoint.empty()) require_rewritable(t_.checkpoint);
    if (from) resume(*std::move(from));
    const Index last_step = t_.steps > 0 ? t_.steps : t_.rate.steps;
    while (report_.steps < last_step && !report_.stopped) {
      TrainingStep now = step();
      const bool last = report_.steps == last_step;
      if (t_.validation && Schedule{t_.rate, t_.validate_every}.validates(now.step))
        now.validation = validate();
      if (t_.on_step) t_.on_step(now);
      report_.stopped = !last && t_.stop && t_.stop();
      if (!t_.checkpoint.empty() && (report_.stopped || is_due(now.step, t_.checkpoint_every, last_step)))
        save_checkpoint(t_.checkpoint, run_);
    }
    take_best();
    return report_;
  }

 private:
  void resume(Safetensors from) {
    const auto done = from.arrays.find("counter/step");
    if (const auto schedule = schedule_of(from.metadata); schedule && done != from.arrays.end()) {
      const StoredArray& count = done->second;
      if (count.dtype == Dtype::i64 && count.shape.empty())
        require_same_beginning(*schedule, from, std::min<Index>(count.integer(), schedule->rate.steps));
      for (const char* name : schedule_settings) from.metadata[name] = run_.settings.at(name);
    }
    restore(run_, from);
  }

  // Refuses a checkpoint of `done` steps that this run would have made otherwise, unless it lengthens that
  // one.
  void require_same_beginning(const Schedule& theirs, const Safetensors& from, Index done) {
    std::string there, here;  // the settings that differ
    for (const char* name : schedule_settings) {
      const std::string &theirs_is = from.metadata.at(name), &ours_is = run_.settings.at(name);
      if (theirs_is == ours_is) continue;
      there += (there.empty() ? "" : ", ") + (name + (" " + theirs_is));
      here += (here.empty() ? "" : ", ") + (name + (" " + ours_is));
    }
    const auto refuse = [&](const std::string& what) {
      throw FileError(from.file, "found a checkpoint written with " + there + ", expected " + here +
                                     " as in this run: " + what + ", so that it cannot go on from there");
    };
    const Index last_step = t_.steps > 0 ? t_.steps : t_.rate.steps;
    if (done > last_step)
      throw FileError(from.file, "found a checkpoint written after " + std::to_string(done) +
                                     " steps, expected at most " + std::to_string(last_step) +
                                     " as in this run");
    if (there.empty()) return;
    if (t_.rate.steps > theirs.rate.steps && t_.rate.peak == theirs.rate.peak &&
        t_.rate.final_fraction == theirs.rate.final_fraction) {
      for (Index t = 1; t <= done; ++t)
        if (theirs.rate(t) != t_.rate(t)) report_.on_shorter_schedule = done;
      return;
    }
    for (Index t = 1; t <= done; ++t)
      if (theirs.rate(t) != t_.rate(t))
        refuse("the learning rate of step " + std::to_string(t) + " was " + to_text(theirs.rate(t)) +
               " and would be " + to_text(t_.rate(t)));
    if (!t_.validation) return;
    for (Index t = 1; t <= done; ++t) {
      const bool was = theirs.validates(t), would_be = Schedule{t_.rate, t_.validate_every}.validates(t);
      if (was != would_be)
        refuse("step " + std::to_string(t) + " was " + (was ? "" : "not ") +
               "followed by a validation and would " + (would_be ? "" : "not ") + "be");
    }
  }

  TrainingStep step() {
    const Index t = report_.steps + 1;
    const double loss = t_.loss(t);
    require_finite(loss, "loss", t);
    adam_.rate = t_.rate(t);
    double norm = 0;
    try {
      norm = adam_.step(run_.parameters);
    } catch (const std::domain_error& error) {
      throw std::domain_error("training: step " + std::to_string(t) + ": " + error.what());
    }
    report_.steps = t;
    return {.step = t, .loss = loss, .gradient_norm = norm, .rate = adam_.rate, .validation = {}};
  }

  double validate() {
    const double loss = t_.validation();
    require_finite(loss, "validation loss", report_.steps);
    const auto& before = report_.validation;
    if (before.empty() || loss < *std::min_element(before.begin(), before.end())) {
      best_.clear();
      for (const Parameter* p : run_.parameters) best_.push_back(p->value);
    }
    report_.validation_step.push_back(static_cast<double>(report_.steps));
    report_.validation.push_back(loss);
    return loss;
  }

  void take_best() {
    if (best_.empty()) return;
    for (std::size_t i = 0; i < best_.size(); ++i) run_.parameters[i]->value = best_[i];
    const auto& v = report_.validation;
    const auto at = std::min_element(v.begin(), v.end()) - v.begin();
    report_.best_step = static_cast<Index>(report_.validation_step[static_cast<std::size_t>(at)]);
  }

  const Training& t_;
  TrainingState run_;
  Adam adam_;
  TrainingReport report_;
  std::vector<Tensor> best_;
};

constexpr std::array signals = {SIGINT, SIGTERM, SIGHUP};
std::array<struct sigaction, signals.size()> handlers_before;
bool alive = false;

// A signal's handler can only write to something global. It never interrupts itself: all three signals are
// blocked while it runs.
volatile std::sig_atomic_t received = 0;
std::array<timespec, signals.size()> came;  // when each signal came first; tv_sec is 0 before

timespec monotonic_time() {
  timespec time{};
  ::clock_gettime(CLOCK_MONOTONIC, &time);
  return time;
}

double seconds_between(const timespec& from, const timespec& to) {
  return static_cast<double>(to.tv_sec - from.tv_sec) + 1e-9 * static_cast<double>(to.tv_nsec - from.tv_nsec);
}

extern "C" void doxa_stop_requested(int signal) {
  const int error = errno;
  timespec& first = came[static_cast<std::size_t>(std::ranges::find(signals, signal) - signals.begin())];
  const timespec time = monotonic_time();
  if (first.tv_sec == 0) {
    first = time;
    received = signal;
  } else if (seconds_between(first, time) >= StopRequest::same_request) {
    std::signal(signal, SIG_DFL);
    std::raise(signal);  // comes when this handler returns
  }
  errno = error;
}

void install(int signal, struct sigaction& before) {
  struct sigaction handler {};
  handler.sa_handler = doxa_stop_requested;
  sigemptyset(&handler.sa_mask);
  for (const int other : signals) sigaddset(&handler.sa_mask, other);
  handler.sa_flags = SA_RESTART;  // of a system call that was interrupted
  ::sigaction(signal, nullptr, &before);
  const bool ignored = (before.sa_flags & SA_SIGINFO) == 0 && before.sa_handler == SIG_IGN;
  if (!ignored) ::sigaction(signal, &handler, nullptr);
}

}  // namespace

double WarmupCosine::operator()(Index t) const {
  if (t <= warm_up) return peak * static_cast<double>(t) / static_cast<double>(warm_up);
  if (t >= steps) return peak * final_fraction;
  const double progress = static_cast<double>(t - warm_up) / static_cast<double>(steps - warm_up);
  return peak * (final_fraction + (1 - final_fraction) * (1 + std::cos(std::numbers::pi * progress)) / 2);
}

TrainingReport train(const Training& training) { return Loop(training).run(); }

StopRequest::StopRequest() {
  if (alive) throw std::logic_error("stop request: there is one already");
  alive = true;
  received = 0;
  came = {};
  for (std::size_t i = 0; i < signals.size(); ++i) install(signals[i], handlers_before[i]);
}

StopRequest::~StopRequest() {
  for (std::size_t i = 0; i < signals.size(); ++i) ::sigaction(signals[i], &handlers_before[i], nullptr);
  alive = false;
}

int StopRequest::signal() const { return received; }

void end_by_signal(int signal) {
  std::signal(signal, SIG_DFL);
  std::raise(signal);
  std::_Exit(128 + signal);
}

}  // namespace doxa
