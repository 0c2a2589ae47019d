#include <ctime>

#include "doxa/models/pomdp/grid_robots.h"
#include "doxa/models/pomdp/plans/plan.h"
#include "measurements.h"

namespace doxa::benchmarks {

void measure_plans(double seconds, Rows& rows) {
  for (const bool small : {true, false}) {
    const Pomdp m = small ? hallway() : tag();
    const std::clock_t start = std::clock();
    const auto spent = [start] { return static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC; };
    double next = seconds / 64;
    PlanOptions options{.relative_gap = 1e-3, .max_backups = static_cast<std::size_t>(-1)};
    options.on_trial = [&](const PlanProgress& p) {
      if (p.trials > 0 && spent() < next) return;
      if (p.trials > 0)
        while (next <= spent()) next *= 2;
      rows.add("doxa-plan", small ? "hallway" : "tag", 1,
               {{"seconds", spent(), 2},
                {"lower", p.value.lower, 4},
                {"upper", p.value.upper, 4},
                {"backups", p.backups},
                {"vectors", p.vectors},
                {"points", p.points},
                {"bytes", p.bytes}});
    };
    options.stop = [&] { return spent() >= seconds; };
    plan(m, options);
  }
}

}  // namespace doxa::benchmarks
