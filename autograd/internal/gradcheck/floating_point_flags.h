#pragma once

#include <cfenv>

namespace doxa {

/// Says whether arithmetic of this thread has over- or underflowed since this object was made: the processor
/// sets a flag for the first number that is too large, or so small that it loses digits. While it lives
/// there are no floating-point traps; the destructor restores flags and traps. On machines without flags
/// (WebAssembly) they are never raised.
class FloatingPointFlags {
 public:
  FloatingPointFlags() { std::feholdexcept(&before_); }
  ~FloatingPointFlags() { std::fesetenv(&before_); }
  FloatingPointFlags(const FloatingPointFlags&) = delete;
  FloatingPointFlags& operator=(const FloatingPointFlags&) = delete;

  bool overflow() const { return std::fetestexcept(overflow_flag) != 0; }
  bool underflow() const { return std::fetestexcept(underflow_flag) != 0; }

 private:
#if defined(FE_OVERFLOW) && defined(FE_UNDERFLOW)
  static constexpr int overflow_flag = FE_OVERFLOW, underflow_flag = FE_UNDERFLOW;
#else
  static constexpr int overflow_flag = 0, underflow_flag = 0;
#endif
  std::fenv_t before_;
};

}  // namespace doxa
