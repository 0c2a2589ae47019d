#include "doxa/autograd/ops.h"
#include "doxa/autograd/random.h"
#include "doxa/autograd/wengert.h"
#include "sections.h"

using namespace doxa;
using namespace doxa::support;

namespace {

// The largest error of a computed sum of n products over what rounding allows it, γ_n Σ|terms|, where
// γ_n = nu/(1 − nu) (Higham, "Accuracy and Stability of Numerical Algorithms", 2nd ed., §3.1).
struct DotError {
  double worst = 0;

  template <class Term>
  void compare(Real got, Index n, Term term) {
    long double sum = 0, magnitude = 0;
    for (Index k = 0; k < n; ++k) sum += term(k), magnitude += std::abs(term(k));
    const double gamma = static_cast<double>(n) * u / (1 - static_cast<double>(n) * u);
    worst = worse(worst, static_cast<double>(std::abs(got - sum) / (gamma * magnitude)));
  }
};

}  // namespace

void tensors(Chapter& chapter) {
  constexpr Index m = 5, k = 7, n = 3;
  Philox random(chapter.seed(), 2);
  const Tensor a = normal_noise({m, k}, random), b = normal_noise({k, n}, random),
               bias = normal_noise({n}, random);
  const Tensor g = normal_noise({m, n}, random);  // the cotangent, ∂loss/∂Y
  Tape tape;
  const Var va = tape.variable(a), vb = tape.variable(b), vbias = tape.variable(bias);
  tape.backward(matmul(va, vb) + vbias, g);
  std::cout << "\nY = A B + b, with b broadcast over the rows of Y, from a random cotangent:\n\n";
  print_wengert(std::cout, tape, {.digits = 3});

  const Tensor da = va.gradient(), db = vb.gradient(), dbias = vbias.gradient();
  DotError broadcast, product;
  const auto ld = [](Real x) { return static_cast<long double>(x); };
  for (Index j = 0; j < n; ++j)  // (01.7)
    broadcast.compare(dbias[j], m, [&](Index i) { return ld(g(i, j)); });
  for (Index i = 0; i < m; ++i)  // (01.8), Ā = G Bᵀ
    for (Index l = 0; l < k; ++l)
      product.compare(da(i, l), n, [&](Index j) { return ld(g(i, j)) * ld(b(l, j)); });
  for (Index l = 0; l < k; ++l)  // (01.8), B̄ = Aᵀ G
    for (Index j = 0; j < n; ++j)
      product.compare(db(l, j), m, [&](Index i) { return ld(a(i, l)) * ld(g(i, j)); });
  chapter.claims.at_most(
      "the adjoint of a broadcast operand is the sum over its copies (error over rounding bound)",
      broadcast.worst, 1, 0, "a sum of n terms is off by at most γ_n Σ|terms|, γ_n = nu/(1 − nu)");
  chapter.claims.at_most("the adjoints of Y = A B are G Bᵀ and Aᵀ G (error over rounding bound)",
                         product.worst, 1, 0,
                         "the same bound, a product of length n having n roundings a term");
}
