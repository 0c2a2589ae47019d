// Values rounded to fewer digits than Real has: mixed-precision training (Micikevicius et al., arXiv
// 1710.03740), bfloat16 (Kalamkar et al., arXiv 1905.12322), fixed point, and noise by a hash.

#include <bit>
#include <cmath>
#include <cstdint>

#include "closed_form.h"
#include "families.h"

namespace doxa::trouble {
namespace {

// To nearest, with this many significant bits.
Real to_bits(Real x, int bits) {
  if (!std::isfinite(x)) return x;
  int exponent = 0;
  const Real fraction = std::frexp(x, &exponent);
  return std::ldexp(std::nearbyint(std::ldexp(fraction, bits)), exponent - bits);
}
constexpr int half_bits = 11, bfloat_bits = 8;

// Single precision, which a compiler with wide registers must not keep to itself.
Real to_single(Real x) {
  volatile float rounded = static_cast<float>(x);
  return static_cast<Real>(rounded);
}

// A number on [0,1) from the bits of x (the finaliser of MurmurHash3).
Real hash(Real x) {
  std::uint64_t h = std::bit_cast<std::uint64_t>(static_cast<double>(x));
  h = (h ^ (h >> 33)) * 0xff51afd7ed558ccdULL;
  h = (h ^ (h >> 33)) * 0xc4ceb9fe1a85ec53ULL;
  h ^= h >> 33;
  return static_cast<Real>(static_cast<double>(h >> 11) * 0x1p-53);
}

Real fixed_point(Real x, Real unit) { return std::nearbyint(x / unit) * unit; }

// Σ x_i² with a running sum in single precision; ∂/∂x_i = 2 x_i.
const ClosedForm single_sum{1,
                            [](auto x, auto y) {
                              Real sum = 0;
                              for (const Real x_i : x) sum = to_single(sum + to_single(x_i * x_i));
                              y[0] = sum;
                            },
                            [](auto x, auto j) {
                              for (std::size_t i = 0; i < x.size(); ++i)
                                j[i] = 2 * static_cast<long double>(x[i]);
                            }};

}  // namespace

void add_rounding(std::vector<Trouble>& to) {
  const std::string family = "rounding";
  const auto cosine = [](long double x) { return std::cos(x); };
  to.push_back({family, "sine in half precision", Kind::hopeless, "11 bits", uniform(3, -2, 2),
                elementwise([](Real x) { return to_bits(std::sin(x), half_bits); }, cosine)});
  to.push_back({family, "sine in bfloat16", Kind::hopeless, "8 bits", uniform(3, -2, 2),
                elementwise([](Real x) { return to_bits(std::sin(x), bfloat_bits); }, cosine)});
  to.push_back({family,
                "sine in single precision",
                Kind::limited,
                "24 bits",
                uniform(3, -2, 2),
                elementwise([](Real x) { return to_single(std::sin(x)); }, cosine),
                {},
                true});
  to.push_back({family, "1 + 1e-5 sin x in single precision", Kind::hopeless, "200 different values",
                uniform(3, -2, 2),
                elementwise([](Real x) { return to_single(1 + static_cast<Real>(1e-5) * std::sin(x)); },
                            [](long double x) { return 1e-5L * std::cos(x); })});
  to.push_back({family,
                "sum of squares in single precision",
                Kind::limited,
                "24 bits",
                uniform(6, -2, 2),
                closed_form(single_sum),
                {},
                true});
  to.push_back({family, "e^x in fixed point of 1e-4", Kind::hopeless, "a staircase", uniform(3, -1, 1),
                elementwise([](Real x) { return fixed_point(std::exp(x), static_cast<Real>(1e-4)); },
                            [](long double x) { return std::exp(x); })});
  to.push_back({family,
                "e^x in fixed point of 2^-32",
                Kind::limited,
                "a fine staircase",
                uniform(3, -1, 1),
                elementwise([](Real x) { return fixed_point(std::exp(x), static_cast<Real>(0x1p-32)); },
                            [](long double x) { return std::exp(x); }),
                {},
                true});
  to.push_back(
      {family, "0.1 x and a hash", Kind::hopeless, "noise of 1e-3 from the bits of x", uniform(3, -2, 2),
       elementwise([](Real x) { return x / 10 + hash(x) / 1000; }, [](long double) { return 0.1L; })});
  to.push_back({family,
                "sin x and a hash",
                Kind::limited,
                "noise of 1e-9 from the bits of x",
                uniform(3, -2, 2),
                elementwise([](Real x) { return std::sin(x) + static_cast<Real>(1e-9) * hash(x); }, cosine),
                {},
                true});
  to.push_back({family, "1e8 + 1e-6 x", Kind::limited, "the value has steps of 1.5e-8", uniform(3, -2, 2),
                elementwise([](Real x) { return static_cast<Real>(1e8) + static_cast<Real>(1e-6) * x; },
                            [](long double) { return static_cast<long double>(static_cast<Real>(1e-6)); })});
}

}  // namespace doxa::trouble
