#pragma once

#include <sys/wait.h>

#include <cstdlib>
#include <string>

#include "tests/support/scratch.h"

namespace doxa::testing {

// The text as one word of a command line, whatever is in it: in single quotes, and each of its own as '\\''.
inline std::string shell_word(const std::string& text) {
  std::string word = "'";
  for (const char c : text) word += c == '\'' ? "'\\''" : std::string(1, c);
  return word + "'";
}

// What a command line comes to in a shell. Status -1: a signal ended the shell itself.
struct ShellOutcome {
  int status;
  std::string out, err;
};

// Runs it with standard output and error in files out and err of `folder`.
inline ShellOutcome shell(const Scratch& folder, const std::string& command) {
  const std::string out = (folder / "out").string(), err = (folder / "err").string();
  const int status =
      std::system(("{ " + command + "\n} >" + shell_word(out) + " 2>" + shell_word(err)).c_str());
  return {WIFEXITED(status) ? WEXITSTATUS(status) : -1, content(out), content(err)};
}

}  // namespace doxa::testing
