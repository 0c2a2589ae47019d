#include <numbers>

#include "sections.h"

using namespace doxa;
using namespace doxa::support;

namespace {

// The trapezium rule from -width to width, exact but for rounding where an integrand falls off like a normal.
template <class Integrand>
double integral(double width, Integrand f) {
  constexpr int points = 2000;
  const double step = 2 * width / points;
  double sum = 0;
  for (int i = 0; i <= points; ++i) sum += f(-width + i * step);
  return sum * step;
}

double normal_density(double x, double mean, double variance) {
  return std::exp(-(x - mean) * (x - mean) / (2 * variance)) / std::sqrt(2 * std::numbers::pi * variance);
}

// The d of whole hundredths with the highest bound, if so many roars of the same tiger follow.
double best_distance(int later) {
  double best = 0, most = 0;
  for (int i = 0; i <= 300; ++i) {
    const PriceOfARoar price = price_of_a_roar(i / 100.0);
    const double worth = price.brings - price.costs + later * price.later;
    if (worth > most) most = worth, best = i / 100.0;
  }
  return best;
}

}  // namespace

PriceOfARoar price_of_a_roar(double d) {
  const double width = d + 12, agree = 0.85 * 0.85 + 0.15 * 0.15;
  PriceOfARoar price;
  price.costs = std::log1p(d * d) / 2;  // (10.12)
  price.brings = std::log(2.0) - integral(width, [&](double s) {
                   const double x = -2 * d * s,
                                log_1_plus_exp = std::max(x, 0.0) + std::log1p(std::exp(-std::abs(x)));
                   return normal_density(s, d, 1) * log_1_plus_exp;
                 });
  price.missed = integral(width, [&](double s) {  // (10.13)
    const double two_humps = (normal_density(s, -d, 1) + normal_density(s, d, 1)) / 2;
    return two_humps * std::log(two_humps / normal_density(s, 0, 1 + d * d));
  });
  price.later =
      std::log(2.0) + integral(width, [&](double s) {
        const double left = 1 / (1 + std::exp(-2 * d * s)), again = agree * left + (1 - agree) * (1 - left);
        return normal_density(s, d, 1) * (agree * std::log(again) + (1 - agree) * std::log(1 - again));
      });
  return price;
}

void show_the_price(Chapter& chapter) {
  const double learned = 1.27;  // what the divergence of a learned step 1 buys
  const double sharp = 3;       // as good as never misread
  Table table(
      {{"d", 3}, {"misread", 2}, {"costs", 3}, {"brings", 3}, {"short by", 2}, {"each later roar", 3}});
  double least = HUGE_VAL, apart = 0;
  for (const double d : {0.5, 1.0, learned, 1.5, 2.0, sharp}) {
    const PriceOfARoar price = price_of_a_roar(d);
    const double loss = price.costs - price.brings;
    table.row({d, 0.5 * std::erfc(d / std::sqrt(2.0)), price.costs, price.brings, loss, price.later});
    least = std::min(least, loss);
    apart = worse(apart, std::abs(loss - price.missed));
  }
  std::cout << "\nA roar kept as N(-d, 1) or N(d, 1), in nats\n\n";
  chapter.print("price", table);

  Table best({"later roars that it foretells", {"the best d", 3}});
  for (const int later : {1, 2, 9}) {
    const double d = best_distance(later);
    best.row({later, d});
    chapter.results.set("price.best_d." + std::to_string(later), d);
  }
  std::cout << '\n' << best;
  const PriceOfARoar at_learned = price_of_a_roar(learned), at_sharp = price_of_a_roar(sharp);
  const double more_lost = at_sharp.missed - at_learned.missed,
               more_gained = at_sharp.later - at_learned.later;
  chapter.results.set("price.first_term", at_learned.brings - std::log(2.0));
  chapter.results.set("price.more_lost", more_lost);
  chapter.results.set("price.more_gained", more_gained);
  chapter.results.set("price.roars_to_repay", more_lost / more_gained);
  chapter.claims.at_least(
      "a roar kept in a normal costs more than it brings at its own step, by nats at each d; the least",
      least, 0, 0, "none: the least is more than a hundred million times the rounding of both sides");
  chapter.claims.at_most(
      "what it is short of is what one normal misses of two (10.13); the largest difference", apart, 0, 1e-12,
      "rounding of sums over 2001 points");
}
