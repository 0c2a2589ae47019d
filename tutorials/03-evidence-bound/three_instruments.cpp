// The example of the chapter.

#include "sections.h"

using namespace doxa;
using namespace doxa::support;

// Instrument 1 reads the sum of the two numbers, precisely and with a known offset; 2 and 3 read one each,
// poorly.
Problem three_instruments() {
  //! [three-instruments]
  const LinearGaussian model{{3, 2, {1, 1, 1, 0, 0, 1}},  // W, row by row
                             column({0.5, 0, 0}),         // b
                             column({0.3, 0.8, 1.2})};    // s
  const Matrix x = column({2.3, 1.6, -0.4});
  //! [three-instruments]
  return {representable(model), representable(x)};
}
