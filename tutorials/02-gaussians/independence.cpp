#include "sections.h"
void independence(doxa::support::Chapter&) {}
