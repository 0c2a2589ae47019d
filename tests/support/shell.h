#pragma once

#include <sys/wait.h>

#include <cstdlib>
#include <string>

#include "tests/support/scratch.h"

namespace doxa::testing {

// What a command line comes to in a shell. Status -1: a signal ended the shell itself.
struct ShellOutcome {
  int status;
  std::string out, err;
};

// Runs it with standard output and error in files out and err of `folder`.
inline ShellOutcome shell(const Scratch& folder, const std::string& command) {
  const std::string out = (folder / "out").string(), err = (folder / "err").string();
  const int status = std::system(("{ " + command + "\n} >'" + out + "' 2>'" + err + "'").c_str());
  return {WIFEXITED(status) ? WEXITSTATUS(status) : -1, content(out), content(err)};
}

}  // namespace doxa::testing
