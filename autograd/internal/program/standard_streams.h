#pragma once

namespace doxa {

/// To be called first of all. A standard stream that is closed would give its number to the next file that is
/// opened, which would then get what is meant for the stream. This opens it such that using it is still an
/// error.
void hold_standard_streams();

/// Throws std::runtime_error unless all that was printed to standard output has got there.
void require_output();

}  // namespace doxa
