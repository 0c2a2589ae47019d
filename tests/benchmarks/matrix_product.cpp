#include "matrix_product.h"

#include "doxa/autograd/kernels/kernels.h"
#include "doxa/autograd/random.h"
#include "timing.h"

namespace doxa::benchmarks {

void time_matrix_product(double seconds, Rows& rows) {
  Philox random(1);
  for (const Index n : {64, 128, 256, 1024}) {
    const Tensor a = normal_noise({n, n}, random), b = normal_noise({n, n}, random);
    Tensor c(Shape{n, n});
    // Small products are repeated until the clock's own time is nothing beside theirs.
    const Index repeats = n >= 512 ? 1 : (512 / n) * (512 / n);
    const double microseconds = median_microseconds(
        [&] {
          for (Index i = 0; i < repeats; ++i)
            kernels().matmul(n, n, n, a.data(), n, 1, b.data(), n, 1, c.data(), false);
        },
        seconds);
    const double operations = 2 * static_cast<double>(n * n * n * repeats);
    rows.add("doxa-matmul", std::to_string(n), 1, {{"gflops", operations / microseconds * 1e-3, 1}});
  }
}

}  // namespace doxa::benchmarks
