#include <algorithm>
#include <stdexcept>

#include "doxa/autograd/gradcheck.h"

namespace doxa {

GradientReport check_gradients_at_points(const SeededCheck& check, int points,
                                         const GradientCheckOptions& options) {
  if (points < 1)
    throw std::invalid_argument("check_gradients_at_points: found " + std::to_string(points) +
                                " points, expected at least 1");
  GradientReport all;
  for (int k = 0; k < points; ++k) {
    GradientCheckOptions here = options;
    here.seed = options.seed + static_cast<std::uint64_t>(k);
    const std::string place = "seed " + std::to_string(here.seed) + ": ";
    GradientReport report = [&] {
      try {
        return check(here);
      } catch (const std::invalid_argument& e) {
        if (points == 1) throw;
        throw std::invalid_argument(place + e.what());
      }
    }();
    if (k == 0) {
      all = std::move(report);
      if (points > 1)
        for (std::string& sentence : all.violations) sentence = place + sentence;
      continue;
    }
    for (const std::string& sentence : report.violations) all.violations.push_back(place + sentence);
    for (GradientEntry& e : report.entries) {
      e.point = k;
      all.entries.push_back(std::move(e));
    }
    all.jacobian = all.jacobian && report.jacobian;
    if (!(report.undecided <= all.undecided)) all.undecided = report.undecided;
  }
  all.seed = options.seed;
  all.points = points;
  std::ranges::stable_sort(all.entries, &GradientEntry::worse_than);
  return all;
}

GradientReport check_gradients_at_points(const TensorFunction& function, const DrawInputs& draw, int points,
                                         const GradientCheckOptions& options,
                                         std::span<const std::string> names) {
  return check_gradients_at_points(
      [&](const GradientCheckOptions& here) {
        Philox random(here.seed, 1);
        return check_gradients(function, draw(random), here, names);
      },
      points, options);
}

}  // namespace doxa
