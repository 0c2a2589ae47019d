#pragma once

#include <string>
#include <vector>

#include "doxa/autograd/random.h"
#include "sections.h"

// How V or its gradient is had: in closed form; by one draw, whose whole gradient is followed; by one draw,
// of whose gradient only the part is followed that comes by way of z.
enum class Objective { closed_form, one_draw, one_draw_path };
doxa::Var objective(const ModelOnTape& p, const doxa::MultivariateNormal& q, Objective how,
                    doxa::Philox& random);

// The rate of the ascent: the same at every step, or falling to 0 along half a cosine.
enum class Rate { constant, falling };

// One maximisation of V over a family of q, step by step.
struct Climb {
  std::string name;
  std::vector<EvidenceSplit> splits;  // before the first step, and after each
  std::vector<Gaussian> path;         // the q that they belong to

  const Gaussian& end() const { return path.back(); }
};

// The five climbs of the chapter, by name.
struct Climbs {
  Climb full, diagonal, path, draw, falling;

  std::vector<const Climb*> all() const { return {&full, &diagonal, &path, &draw, &falling}; }
};

doxa::support::Figure ascent_figure(const Climbs& climbs);
doxa::support::Figure ellipse_figure(const Problem& problem, const Climb& full, const Climb& diagonal);
