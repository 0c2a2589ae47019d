#pragma once

#include <deque>
#include <string>

#include "support/axes.h"

namespace doxa::support {

// One or more plots in rows, as an SVG picture that is legible on light and dark pages.
//
//   Figure figure("Training curve of the VAE", 2);     // two plots a row
//   Axes& left = figure.axes("training", "step", "ELBO / nats");
//   left.line(steps, elbo, {.label = "ELBO"});
//   chapter.figure("training", figure);
class Figure {
 public:
  // `description` is the picture's accessible name, not drawn. Throws std::invalid_argument when columns < 1.
  explicit Figure(std::string description, int columns = 1, double height_of_row = 320,
                  double whole_width = 760);

  double row_height, width;  // of a row and of the whole picture, px

  // Adds the next plot, row by row. The reference stays valid as long as the figure.
  Axes& axes(std::string title = {}, std::string x_label = {}, std::string y_label = {});

  // The same bytes for the same data: no time, no locale.
  std::string svg() const;

 private:
  std::string description_;
  int columns_;
  std::deque<Axes> axes_;
};

}  // namespace doxa::support
