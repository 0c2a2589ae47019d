#pragma once

#include <string>

#include "doxa/autograd/internal/number_text.h"

namespace doxa::support {

using doxa::to_text;  // the shortest decimal form that reads back as the same double; "nan", "inf", "-inf"

// `value` rounded to `digits` significant digits for a reader: "0.6931", "128.5", "2.2e-16". Plain decimals
// from 1e-4 up to 1e6, trailing zeros kept so that columns line up; exact zero is "0".
std::string significant(double value, int digits = 4);

// `value` with `decimals` digits after the point, never "-0.00".
std::string decimal(double value, int decimals);

}  // namespace doxa::support
