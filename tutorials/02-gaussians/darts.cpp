#include "doxa/autograd/random.h"
#include "sections.h"

using namespace doxa;
using namespace doxa::support;

// How far from 0 a draw of n independent standard normals lands, and how its density compares with the
// highest.
void darts(Chapter& chapter) {
  const Index throws = chapter.quick() ? 2'000 : 20'000;
  std::cout << "DENSITY (README.md). " << throws
            << " darts are thrown at 0, with an error of N(0, 1) in each of n directions.\n"
               "The density is highest at 0. At what distance do they land?\n\n";
  Table distances({"n", {"average distance", 4}, {"nearest", 2}, {"farthest", 2}, {"within 1", 3}});
  Table surprises(
      {"n", {"log q(0)", 4}, {"−H", 4}, {"average log q(z)", 4}, {"its scatter", 3}, {"√(n/2)", 3}});
  const double log_2pi = std::log(2 * std::numbers::pi), times = static_cast<double>(throws);
  Philox random(chapter.seed(), 8);
  for (const Index n : {1, 2, 3, 10, 100}) {
    const auto size = static_cast<double>(n);
    const Tensor z = normal_noise({throws, n}, random);
    double distance = 0, farthest = 0, within = 0, nearest = std::numeric_limits<double>::infinity(),
           mean = 0, squares = 0;
    const double entropy = size * (log_2pi + 1) / 2;  // (02.8)
    for (Index k = 0; k < throws; ++k) {
      double r2 = 0;
      for (Index i = 0; i < n; ++i) r2 += double{z(k, i)} * double{z(k, i)};
      const double surprise = (r2 + size * log_2pi) / 2;  // −log q(z), (02.4)
      distance += std::sqrt(r2) / times;
      nearest = std::min(nearest, std::sqrt(r2));
      farthest = std::max(farthest, std::sqrt(r2));
      within += (r2 < 1) / times;
      mean += surprise / times;
      squares += (surprise - entropy) * (surprise - entropy) / times;
    }
    distances.row({n, distance, nearest, farthest, within});
    surprises.row({n, -size * log_2pi / 2, -entropy, -mean, std::sqrt(squares), std::sqrt(size / 2)});
    if (n == 2) draw_darts(chapter, z);
    if (n != 100) continue;
    chapter.results.set("darts.nearest", nearest);
    chapter.claims.equal("a draw in 100 dimensions is H nats improbable on average, as (02.8) says", mean,
                         entropy, 4 * std::sqrt(size / 2 / times),
                         "four standard errors; ½ χ² has variance n/2");
    chapter.claims.equal("and its log-density scatters by √(n/2) (variances)", squares, size / 2,
                         4 * std::sqrt((size * size / 2 + 3 * size) / times),
                         "four standard errors; the fourth cumulant of ½ χ² is 3n");
    chapter.claims.at_least("not one of them is within 6 of the place of highest density", nearest, 6, 0,
                            "a draw is with probability 2e-11");
  }
  chapter.print("darts", distances);
  std::cout << "\nThe log-density at 0 and where the darts are:\n\n";
  chapter.print("surprises", surprises);
}
