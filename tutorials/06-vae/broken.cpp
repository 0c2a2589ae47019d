// A model that learns half of what it could, because of one number that is wrong before the first step.

#include "figures.h"

using namespace doxa;
using namespace doxa::support;

void broken(Chapter& chapter, const Settings& settings) {
  const PlaneData data = plane_data("lattice");
  const DataLattice lattice(data);
  Philox held_out_random(chapter.seed(), held_out_data);
  const Sample held_out = draw(data, settings.held_out, held_out_random);
  const Training training{
      .steps = settings.broken_steps, .batch = settings.batch, .first_rate = settings.broken_rate};
  constexpr double right = 0.3;
  std::cout << "Two networks learn " << data.description << ". Same data, same first weights, same noise;\n"
            << "only s, the scale of the decoder's noise, starts elsewhere: at " << to_text(right)
            << " and at " << to_text(settings.broken_scale)
            << ".\nSomething is broken in the second. What?\n\n";

  const DataNodes nodes(lattice, 2);
  std::vector<Curve> curves;
  std::vector<double> bounds;
  std::vector<std::string> names;
  Table table({"s starts at",
               "s ends at",
               "log-likelihood",
               "KL of z₁",
               "KL of z₂",
               {"ELBO", 4},
               "ELBO after the first tenth"});
  for (const double scale : {right, settings.broken_scale}) {
    names.push_back("s from " + to_text(scale));
    Philox init(chapter.seed(), initial_weights);
    Vae vae({.hidden = settings.hidden}, init);
    vae.log_scale.value[0] = static_cast<Real>(std::log(scale));
    curves.push_back(train_with_curve(vae, data, training, held_out, chapter.seed(), names.back()));
    bounds.push_back(expected_bound(vae, nodes, normal_quadrature(0.7, 5.5)));
  }
  // Both curves on one scale: as one sparkline, cut in the middle.
  std::vector<double> both;
  for (const Curve& c : curves)
    both.insert(both.end(), c.bound.begin() + static_cast<std::ptrdiff_t>(c.bound.size() / 10),
                c.bound.end());
  const std::string line = sparkline(both, 48);
  for (std::size_t i = 0; i < curves.size(); ++i) {
    const Terms& end = curves[i].terms.back();
    table.row({to_text(i == 0 ? right : settings.broken_scale), decimal(end.scale, 3),
               decimal(end.log_likelihood, 3), decimal(end.kl[0], 3), decimal(end.kl[1], 3),
               decimal(bounds[i], 3), line.substr(i * line.size() / 2, line.size() / 2)});
  }
  std::cout << '\n';
  const Terms& last = curves.back().terms.back();
  chapter.results.set("broken_variance", last.scale * last.scale, 0.1);
  chapter.results.set("broken_elbo", bounds.back(), spread.bound);
  chapter.print("broken", table);
  std::cout << '\n';
  chapter.claims.at_most("(06.12) neither ELBO is above minus the entropy of the data: the higher one",
                         *std::ranges::max_element(bounds), -lattice.entropy(), 1e-3,
                         "true of every model; the lattice over x is good to 1e-3");
  chapter.figure("broken", broken_figure(lattice, curves, names));
}
