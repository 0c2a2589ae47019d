#pragma once

#include <string>
#include <vector>

#include "tests/support/shell.h"

namespace doxa::testing {

// A program of build/…/bin as it stands in a command line.
inline std::string program(const std::string& name) { return shell_word(DOXA_PROGRAMS "/" + name); }

inline const std::vector<std::string> chapters{
    "01-tape", "02-gaussians", "03-evidence-bound", "04-estimators",      "05-linear-vae",
    "06-vae",  "07-kalman",    "08-belief",         "09-filtering-bound", "10-filtering-posterior",
    "11-rssm", "12-planning"};
inline const std::vector<std::string> tools{"gradcheck", "bench", "quotes", "fuzz-pomdp", "fuzz-safetensors"};

}  // namespace doxa::testing
