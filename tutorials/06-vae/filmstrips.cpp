// The model beside the data: while it learns, and after.

#include "figures.h"
#include "planes.h"

using namespace doxa;
using namespace doxa::support;

namespace {

// The model's draws over the region that holds most of the data.
void show_draws(Axes& axes, const DataLattice& lattice, const Window& window, const Snapshot& now) {
  axes.contour(picture_of(lattice, lattice.truth, window), {0.03}, {.color = Color::orange, .width = 1.1});
  scatter_points(axes, now.samples, {.color = Color::blue, .size = 2, .opacity = 0.6});
}

// The height of a row of so many planes of this shape, title included.
double row_height_of(const Window& window, int columns) {
  return (760.0 / columns - 22) * window.y / window.x + 48;
}

}  // namespace

Figure broken_figure(const DataLattice& lattice, const std::vector<Curve>& trainings,
                     const std::vector<std::string>& names) {
  const Window window = window_of(lattice);
  const std::size_t frames = trainings.front().film.size(), shown = std::min<std::size_t>(4, frames);
  Figure figure(
      "Draws of the model while it learns, from two initial noise scales, over a contour of the true density",
      static_cast<int>(shown), row_height_of(window, static_cast<int>(shown)));
  for (std::size_t i = 0; i < trainings.size(); ++i)
    for (std::size_t j = frames - shown; j < frames; ++j) {
      const Snapshot& now = trainings[i].film[j];
      show_draws(frame(figure, names[i] + ", step " + std::to_string(now.step), window), lattice, window,
                 now);
    }
  return figure;
}

Figure film_figure(const DataLattice& lattice, const Sample& held_out, const Curve& curve) {
  const Window window = window_of(lattice);
  std::vector<Snapshot> film = curve.film;
  if (film.size() > 5) film.erase(film.begin() + 2);
  const int columns = static_cast<int>(film.size());
  Figure figure(
      "Draws of the model while it learns, over a contour of the true density; below, the posterior means of "
      "the data in the latent plane",
      columns, row_height_of({1, 1}, columns));
  for (const Snapshot& now : film)
    show_draws(frame(figure, "step " + std::to_string(now.step), {window.x, window.x}), lattice, window, now);
  for (const Snapshot& now : film) {
    Axes& axes = frame(figure, "latents", {3.3, 3.3});
    scatter_by_cluster(axes, now.means, held_out, now.means.size(), 2.4);
    prior_circles(axes);
  }
  return figure;
}

Figure density_figure(const Sample& held_out, const DataLattice& lattice, Fitted& by_elbo, Fitted& by_many,
                      Index K, std::uint64_t seed) {
  const Window window = window_of(lattice);
  const std::size_t count = std::min<std::size_t>(500, held_out.points.size());
  Figure figure(
      "Heat maps of the true density and of those of the two models; below, data and draws of the models", 3,
      row_height_of(window, 3));
  const std::string names[] = {"truth", "trained on the ELBO", "trained on L, K = " + std::to_string(K)};
  const std::vector<double>* densities[] = {&lattice.truth, &by_elbo.averages.model, &by_many.averages.model};
  for (std::size_t i = 0; i < 3; ++i) {
    Grid grid = picture_of(lattice, *densities[i], window);
    for (double& p : grid.values) p = std::max(-4.0, std::round(10 * std::log10(std::max(p, 1e-300))) / 10);
    frame(figure, names[i], window).heatmap(grid, {.range = Range{-4, -0.6}, .color_bar = false});
  }
  const auto first = held_out.points.begin();
  scatter_points(frame(figure, "data", window), {first, first + static_cast<std::ptrdiff_t>(count)},
                 {.color = Color::ink, .size = 2.2, .opacity = 0.6});
  scatter_points(frame(figure, "draws", window), snapshot(by_elbo.vae, held_out, count, 0, seed).samples,
                 {.color = Color::blue, .size = 2.2, .opacity = 0.6});
  scatter_points(frame(figure, "draws", window), snapshot(by_many.vae, held_out, count, 0, seed).samples,
                 {.color = Color::vermillion, .size = 2.2, .opacity = 0.6});
  return figure;
}
