#pragma once

// What nearly every file of a chapter uses: claims, results, tables, figures and numbers as text, with the
// standard headers that go with them.

#include <algorithm>
#include <cmath>
#include <iostream>
#include <limits>
#include <numbers>
#include <string>
#include <vector>

#include "support/chapter.h"
#include "support/figure.h"
#include "support/table.h"
#include "support/text.h"
