#include "doxa/autograd/internal/long_sum.h"

#include <algorithm>

namespace doxa {

void LongSums::start(Real* memory) {
  total_ = memory;
  lost_ = total_ + n_;
  terms_ = lost_ + n_;
  std::fill_n(memory, 3 * n_, Real{0});
}

void LongSums::settle(Index at, Index width) {
  terms_[at] = 0;
  for (Index i = at; i < at + width; ++i) {
    elementary::add_compensated(y_[i], total_[i], lost_[i]);
    y_[i] = 0;
  }
}

void LongSums::finish() {
  if (!terms_) return;
  settle(0, n_);
  for (Index i = 0; i < n_; ++i) y_[i] = elementary::compensated(total_[i], lost_[i]);
}

}  // namespace doxa
