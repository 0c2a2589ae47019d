// Ill-conditioned linear algebra: Hilbert's matrix and nearly singular systems (Higham, "Accuracy and
// Stability", ch. 9, 28), eigenvalues that nearly cross (Wilkinson, "The Algebraic Eigenvalue Problem", ch.
// 2), nearly parallel vectors (Björck, "Numerics of Gram-Schmidt orthogonalization", 1994).

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include "closed_form.h"
#include "families.h"

namespace doxa::trouble {
namespace {

// det A of a 4 x 4 matrix by elimination with partial pivoting.
Real determinant_by_elimination(std::span<const Real> x) {
  std::array<Real, 16> a{};
  std::copy_n(x.begin(), 16, a.begin());
  Real determinant = 1;
  for (std::size_t k = 0; k < 4; ++k) {
    std::size_t pivot = k;
    for (std::size_t i = k + 1; i < 4; ++i)
      if (std::abs(a[4 * i + k]) > std::abs(a[4 * pivot + k])) pivot = i;
    if (pivot != k) {
      for (std::size_t j = 0; j < 4; ++j) std::swap(a[4 * k + j], a[4 * pivot + j]);
      determinant = -determinant;
    }
    determinant *= a[5 * k];
    for (std::size_t i = k + 1; i < 4; ++i) {
      const Real factor = a[4 * i + k] / a[5 * k];
      for (std::size_t j = k; j < 4; ++j) a[4 * i + j] -= factor * a[4 * k + j];
    }
  }
  return determinant;
}

// ∂det/∂a_ij is the cofactor: (-1)^(i+j) times the determinant without row i and column j.
void cofactors(std::span<const Real> x, std::span<long double> j) {
  for (std::size_t row = 0; row < 4; ++row)
    for (std::size_t column = 0; column < 4; ++column) {
      std::array<long double, 9> m{};
      std::size_t next = 0;
      for (std::size_t a = 0; a < 4; ++a)
        for (std::size_t b = 0; b < 4; ++b)
          if (a != row && b != column) m[next++] = static_cast<long double>(x[4 * a + b]);
      const long double minor = m[0] * (m[4] * m[8] - m[5] * m[7]) - m[1] * (m[3] * m[8] - m[5] * m[6]) +
                                m[2] * (m[3] * m[7] - m[4] * m[6]);
      j[4 * row + column] = (row + column) % 2 == 0 ? minor : -minor;
    }
}

// [[1, a], [b, 1]] y = (1, 1) by Cramer's rule, a b near 1: y = (1 - a, 1 - b)/(1 - a b).
const ClosedForm nearly_singular{2,
                                 [](auto x, auto y) {
                                   const Real det = 1 - x[0] * x[1];
                                   y[0] = (1 - x[0]) / det;
                                   y[1] = (1 - x[1]) / det;
                                 },
                                 [](auto x, auto j) {
                                   const long double a = static_cast<long double>(x[0]),
                                                     b = static_cast<long double>(x[1]);
                                   // 1 - ab = (1 - a) + a (1 - b), without cancellation.
                                   const long double p = 1 - a, q = 1 - b, det = p + a * q;
                                   j[0] = -q / (det * det);
                                   j[1] = a * p / (det * det);
                                   j[2] = b * q / (det * det);
                                   j[3] = -p / (det * det);
                                 }};

// The larger eigenvalue of [[a, b], [b, c]] by trace and determinant; a and c differ by 1e-3, b is 1e-3.
const ClosedForm near_crossing{
    1,
    [](auto x, auto y) {
      const Real trace = x[0] + x[2], det = x[0] * x[2] - x[1] * x[1];
      y[0] = (trace + std::sqrt(trace * trace - 4 * det)) / 2;
    },
    [](auto x, auto j) {
      const long double difference = static_cast<long double>(x[0]) - static_cast<long double>(x[2]),
                        b = static_cast<long double>(x[1]), root = std::hypot(difference, 2 * b);
      j[0] = (1 + difference / root) / 2;
      j[1] = 2 * b / root;
      j[2] = (1 - difference / root) / 2;
    }};

// The sine of the angle between (1, a) and (1, b) by √(1 - cos²), a and b 1e-4 apart: |a - b|/√((1 + a²)(1 +
// b²)).
const ClosedForm nearly_parallel{1,
                                 [](auto x, auto y) {
                                   const Real a = x[0], b = x[1], dot = 1 + a * b;
                                   y[0] = std::sqrt(1 - dot * dot / ((1 + a * a) * (1 + b * b)));
                                 },
                                 [](auto x, auto j) {
                                   const long double a = static_cast<long double>(x[0]),
                                                     b = static_cast<long double>(x[1]), p = 1 + a * a,
                                                     q = 1 + b * b, sign = a > b ? 1 : -1,
                                                     root = std::sqrt(p * q);
                                   j[0] = sign * (1 + a * b) / (p * root);
                                   j[1] = -sign * (1 + a * b) / (q * root);
                                 }};

}  // namespace

void add_ill_conditioning(std::vector<Trouble>& to) {
  const std::string family = "ill conditioning";
  to.push_back({family, "determinant of Hilbert's matrix, disturbed", Kind::limited,
                "cofactors of 1e-4 and less, a pivot that may change",
                [](Philox& random) {
                  Tensor a(Shape{4, 4});
                  for (Index i = 0; i < 4; ++i)
                    for (Index j = 0; j < 4; ++j)
                      a(i, j) =
                          static_cast<Real>(1.0 / static_cast<double>(i + j + 1) + 1e-3 * random.normal());
                  return std::vector{a};
                },
                closed_form({1, [](auto x, auto y) { y[0] = determinant_by_elimination(x); }, cofactors})});
  to.push_back({family,
                "a nearly singular system",
                Kind::limited,
                "1 - a b cancels 5 digits, the solution bends at 1e-5",
                box({{0.99999, 0.999995}, {0.99999, 0.999995}}),
                closed_form(nearly_singular),
                {},
                true});
  to.push_back({family,
                "eigenvalues that nearly cross",
                Kind::limited,
                "the discriminant cancels 6 digits",
                box({{1, 1.002}, {0.5e-3, 2e-3}, {1, 1.002}}),
                closed_form(near_crossing),
                {},
                true});
  to.push_back(
      {family,
       "nearly parallel vectors",
       Kind::limited,
       "1 - cos² cancels 8 digits",
       [](Philox& random) {
         const double a = random.normal(), b = a + 1e-4 * (0.5 + random.uniform());
         return std::vector{Tensor(Shape{}, static_cast<Real>(a)), Tensor(Shape{}, static_cast<Real>(b))};
       },
       closed_form(nearly_parallel),
       {},
       true});
}

}  // namespace doxa::trouble
