#pragma once

#include <string>
#include <vector>

#include "doxa/models/vae/gaussian_mixture.h"
#include "doxa/models/vae/vae.h"

// What there is to learn: a density in the plane that is known, because we made it.
struct PlaneData {
  std::string name, description;
  doxa::GaussianMixture density;
  std::vector<std::size_t> cluster;  // which cluster, for the colours, each component belongs to
};

inline const std::vector<std::string> data_names = {"lattice", "pinwheel", "moons"};
// One of data_names; throws std::invalid_argument for any other.
PlaneData plane_data(const std::string& name);

// Independent draws.
struct Sample {
  doxa::Tensor x;                        // [n, 2]
  std::vector<doxa::PlanePoint> points;  // the same numbers in double
  std::vector<std::size_t> cluster;
};
Sample draw(const PlaneData& data, doxa::Index n, doxa::Philox& random);

// The density on a square lattice: ∫ f(x) dx is spacing² Σ f, by the trapezoidal rule.
struct DataLattice {
  double spacing = 0.1;
  std::vector<double> at;     // the coordinates of columns and of rows
  std::vector<double> truth;  // p*(x), row by row

  explicit DataLattice(const PlaneData& data);

  // ∫ f(p*(x), p(x)) dx for a density p on the same lattice.
  template <class F>
  double integral(const std::vector<double>& p, F f) const {
    double sum = 0;
    for (std::size_t i = 0; i < p.size(); ++i) sum += f(truth[i], p[i]);
    return sum * spacing * spacing;
  }
  double entropy() const;                                   // -∫ p* log p*
  double expected_log(const std::vector<double>& p) const;  // ∫ p* log p
  double expected_log(const doxa::PlaneNormal& normal) const;
};

// The points of the lattice where p* is not negligible, each with the share of p* that it stands for: the
// data as a quadrature, so that an average over them has no sampling error.
struct DataNodes {
  doxa::Tensor x;  // [n, 2]
  std::vector<double> weights;

  // Of every `stride`-th row and column of the lattice.
  explicit DataNodes(const DataLattice& lattice, std::size_t stride = 1);
};
