#include "plane_data.h"

#include <cmath>
#include <stdexcept>

using namespace doxa;

PlaneData plane_data(const std::string& name) {
  PlaneData data{.name = name, .description = {}, .density = {}, .cluster = {}};
  if (name == "pinwheel") {
    data.description = "five thin Gaussians, set like the arms of a pinwheel";
    data.density = pinwheel();
  } else if (name == "moons") {
    data.description = "two half-circles with noise, each in the other's hollow";
    data.density = moons();
  } else if (name == "lattice") {
    data.description = "eight round Gaussians, four columns of two";
    data.density = lattice();
  } else {
    throw std::invalid_argument("plane_data: no data set is called " + name);
  }
  const std::size_t components = data.density.components.size();
  for (std::size_t k = 0; k < components; ++k)
    data.cluster.push_back(name == "moons" ? 2 * k / components : k);
  return data;
}

Sample draw(const PlaneData& data, Index n, Philox& random) {
  Sample all{Tensor(Shape{n, 2}), {}, {}};
  for (Index i = 0; i < n; ++i) {
    const MixtureDraw d = sample(data.density, random);
    all.x(i, 0) = static_cast<Real>(d.x[0]);
    all.x(i, 1) = static_cast<Real>(d.x[1]);
    all.points.push_back(
        {double{all.x(i, 0)}, double{all.x(i, 1)}});  // what the model sees, in any precision
    all.cluster.push_back(data.cluster[d.component]);
  }
  return all;
}

DataLattice::DataLattice(const PlaneData& data) {
  for (int i = -96; i <= 96; ++i) at.push_back(i * spacing);
  for (const double x2 : at)
    for (const double x1 : at) truth.push_back(std::exp(log_prob(data.density, {x1, x2})));
}

namespace {
// Where p* < e^-25 lies about e^-25 of its mass: leaving that out spares logarithms of densities that
// underflow.
constexpr double negligible = 1.4e-11;
}  // namespace

double DataLattice::entropy() const { return -expected_log(truth); }

double DataLattice::expected_log(const std::vector<double>& p) const {
  return integral(p, [](double t, double q) { return t > negligible ? t * std::log(q) : 0; });
}

double DataLattice::expected_log(const PlaneNormal& normal) const {
  double sum = 0;
  for (std::size_t r = 0; r < at.size(); ++r)
    for (std::size_t c = 0; c < at.size(); ++c)
      sum += truth[r * at.size() + c] * log_prob(normal, {at[c], at[r]});
  return sum * spacing * spacing;
}

DataNodes::DataNodes(const DataLattice& lattice, std::size_t stride) {
  constexpr double lost = 1e-7;  // less mass than that per unit of area is left out
  std::vector<Real> nodes;
  double total = 0;
  for (std::size_t r = 0; r < lattice.at.size(); r += stride) {
    for (std::size_t c = 0; c < lattice.at.size(); c += stride) {
      const double p = lattice.truth[r * lattice.at.size() + c];
      if (p < lost) continue;
      nodes.push_back(static_cast<Real>(lattice.at[c]));
      nodes.push_back(static_cast<Real>(lattice.at[r]));
      weights.push_back(p);
      total += p;
    }
  }
  for (double& w : weights) w /= total;
  x = Tensor({static_cast<Index>(weights.size()), 2}, nodes);
}
