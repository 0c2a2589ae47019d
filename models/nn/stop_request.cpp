#include "doxa/models/nn/stop_request.h"

#include <stdexcept>

namespace doxa {
namespace {

// What a handler may write to is one for the whole program.
volatile std::sig_atomic_t received = 0;
bool alive = false;

extern "C" void doxa_stop_requested(int signal) { received = signal; }

void install(int signal, struct sigaction& before) {
  struct sigaction handler {};
  handler.sa_handler = doxa_stop_requested;
  sigemptyset(&handler.sa_mask);
  // The second one finds the default again; a write that the first one meets goes on.
  handler.sa_flags = static_cast<int>(SA_RESETHAND) | SA_RESTART;
  ::sigaction(signal, nullptr, &before);
  const bool ignored = (before.sa_flags & SA_SIGINFO) == 0 && before.sa_handler == SIG_IGN;
  if (!ignored) ::sigaction(signal, &handler, nullptr);
}

}  // namespace

StopRequest::StopRequest() : interrupt_{}, terminate_{} {
  if (alive) throw std::logic_error("stop request: another one lives");
  alive = true;
  received = 0;
  install(SIGINT, interrupt_);
  install(SIGTERM, terminate_);
}

StopRequest::~StopRequest() {
  ::sigaction(SIGINT, &interrupt_, nullptr);
  ::sigaction(SIGTERM, &terminate_, nullptr);
  alive = false;
}

int StopRequest::signal() const { return received; }

}  // namespace doxa
