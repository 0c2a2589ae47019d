#pragma once

#include "figures.h"
#include "sections.h"

// KL(q‖p) as an average over draws: the error against their number, and one draw's standard deviation.
Convergence convergence(doxa::support::Chapter& chapter);
void standard_errors(doxa::support::Chapter& chapter);  // the error that the draws themselves tell
Spread control_variate(doxa::support::Chapter& chapter);
