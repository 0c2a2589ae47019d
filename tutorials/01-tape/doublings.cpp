#include "doxa/autograd/ops.h"
#include "sections.h"

using namespace doxa;
using namespace doxa::support;

namespace {

// x + x, counting how often its rule runs.
//! [double]
Var counted_double(Var x, int* runs) {
  return record(
      "double", x.shape(), {x}, [](Record& r) { *r.value() = *r.value(0) + *r.value(0); },
      [=](Record& r) {
        *r.adjoint(0) += *r.adjoint();  // one contribution a use: the two paths join here
        *r.adjoint(0) += *r.adjoint();
        ++*runs;
      });
}
//! [double]

}  // namespace

void doublings(Chapter& chapter) {
  std::cout << "\nDoubling again and again, x → x + x: what each way of adding up the chain rule costs:\n\n";
  Table table({"doublings", "derivative", "products along paths", "products in one sweep"});
  for (const std::size_t n : {1u, 2u, 5u, 10u, 15u}) {
    Edges edges;
    for (std::size_t i = 0; i < n; ++i) edges.insert(edges.end(), 2, {i, i + 1, 1});
    std::int64_t products = 0;
    const Real derivative = sum_over_paths(edges, 0, n, products);
    table.row({n, static_cast<double>(derivative), products, edges.size()});
  }
  chapter.print("doublings", table);

  constexpr int times = 60;
  Tape tape;
  int runs = 0;
  const Var x = tape.variable(Tensor(Shape{}, 1));
  Var y = x;
  for (int i = 0; i < times; ++i) y = counted_double(y, &runs);
  tape.backward(y);
  std::cout << "  60 doublings on a tape: derivative " << significant(x.adjoint()[0]) << " from " << runs
            << " rules\n";
  chapter.results.set("doublings.derivative", x.adjoint()[0]);
  chapter.results.set("doublings.rules", runs);
  chapter.claims.equal("doubled sixty times, x has the derivative 2⁶⁰", x.adjoint()[0],
                       std::ldexp(1.0, times), 0,
                       "every adjoint is a power of two, exact in binary");  // (01.5)
  chapter.claims.equal("and backward ran sixty rules for its 2⁶⁰ paths", runs, times, 0, "a count");
}
