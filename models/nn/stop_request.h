#pragma once

#include <csignal>

namespace doxa {

/// While it lives, the first SIGINT (Ctrl-C) and the first SIGTERM ask the program to stop instead of ending
/// it, so that a loop can finish its step and write down what it has; the second of either ends it. A signal
/// that was ignored before (a program under nohup) stays ignored. What was there before is there again
/// afterwards.
class StopRequest {
 public:
  StopRequest();  ///< throws std::logic_error if another one lives: a program's signals are one
  ~StopRequest();
  StopRequest(const StopRequest&) = delete;
  StopRequest& operator=(const StopRequest&) = delete;

  /// The signal that came, 0 if none has.
  int signal() const;
  explicit operator bool() const { return signal() != 0; }

 private:
  struct sigaction interrupt_, terminate_;
};

}  // namespace doxa
