#include "sections.h"

using namespace doxa;
using namespace doxa::support;

// A broad density with a spike: the reverse fit is wider than p, whose variance the spike lowers.
void spike(Chapter& chapter) {
  const Mixture& p = spiked;
  const NormalNodes noise = normal_nodes(1.0 / 64);
  const auto to_p = [&](const Normal& q) { return reverse_kl(q, p, noise); };
  std::cout << "\nA spike: p = 0.6 N(0, 1) + 0.4 N(0, 0.1²), of deviation " << significant(stddev(p), 4)
            << ", and q of least KL(q‖p):\n\n";
  Table table({"from σ", "steps", {"σ", 5}, {"KL(q‖p)", 4}, {"deviation of p", 5}});
  double narrowest = std::numeric_limits<double>::infinity(), worst = 0;
  for (const double start : {0.1, 1.0, 3.0}) {
    const Minimum m = natural_gradient({0, start}, to_p, 0.5);
    table.row({to_text(start), m.steps, m.fit.scale, m.kl, stddev(p)});
    narrowest = std::min(narrowest, m.fit.scale);
    worst = worse(worst, std::abs(stationarity(m.fit, p).curvature - 1));  // (02.23)
  }
  chapter.print("spike", table);
  chapter.claims.at_least("for a spike, the fit of KL(q‖p) is wider than p (narrowest of three)", narrowest,
                          stddev(p), 0, "0.828 and 0.777");
  chapter.claims.equal("(02.23) and its precision is the average curvature that q sees (largest difference)",
                       worst, 0, 4096 * u, "curvatures of up to 100, in sums of up to 1200 terms");
}
