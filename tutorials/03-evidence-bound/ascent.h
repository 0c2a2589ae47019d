#pragma once

#include "evidence_split.h"
#include "sections.h"
#include "support/figure.h"

// One maximisation of V over a family of q, step by step.
struct Climb {
  std::string name;
  std::vector<EvidenceSplit> splits;  // before the first step, and after each
  std::vector<Gaussian> path;         // the q that they belong to

  const Gaussian& end() const { return path.back(); }
};

doxa::support::Figure ascent_figure(const std::vector<Climb>& climbs);
doxa::support::Figure ellipse_figure(const Problem& problem, const Climb& full, const Climb& diagonal);
