#pragma once

#include <string>

#include "doxa/models/pomdp/episode_file.h"
#include "doxa/models/pomdp/pomdp.h"
#include "support/chapter.h"

namespace doxa::support {

// --pomdp FILE and --lenient: the model of a chapter's reader.
struct PomdpInput {
  std::string file = {};  // empty: Tiger
  bool lenient = false;
};

// `help` is that of --pomdp. No output of the run may be that file.
void add_flags(Arguments& arguments, PomdpInput& input, std::string help);

// The model of the file, or Tiger. A lenient reader's repairs are printed one a line, "FILE:line:column: what
// was found and how it was read", and kept in the results as pomdp.repairs, their number, and pomdp.repair.1,
// …. A fault that --lenient would repair is refused with a hint at it. Throws FileError.
Pomdp read_model(Chapter& chapter, const PomdpInput& input);

// Prints a line that names the columns of a file of episodes that were not read, if there are any.
void say_what_was_ignored(const EpisodeSource& source);

}  // namespace doxa::support
