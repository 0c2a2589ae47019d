#include "support/figure.h"

#include <algorithm>
#include <stdexcept>
#include <utility>
#include <vector>

#include "support/svg/plot.h"
#include "support/svg/writer.h"

namespace doxa::support {

Figure::Figure(std::string description, int columns, double height_of_row, double whole_width)
    : row_height(height_of_row), width(whole_width), description_(std::move(description)), columns_(columns) {
  if (columns < 1) throw std::invalid_argument("figure: fewer than one column");
}

Axes& Figure::axes(std::string title, std::string x_label, std::string y_label) {
  Axes& added = axes_.emplace_back();
  added.title = std::move(title);
  added.x_label = std::move(x_label);
  added.y_label = std::move(y_label);
  return added;
}

std::string Figure::svg() const {
  constexpr double gap = 16;  // between plots
  const auto across = static_cast<std::size_t>(columns_);
  const std::size_t down = (axes_.size() + across - 1) / across;
  const double cell_width = (width - gap * static_cast<double>(across - 1)) / static_cast<double>(across);

  // Margins are shared along a row and along a column, so that axes line up.
  std::vector<svg::Plan> plans;
  std::vector<double> left(across, 0), right(across, 0), top(down, 0), bottom(down, 0);
  for (std::size_t i = 0; i < axes_.size(); ++i) {
    plans.push_back(svg::plan_plot(axes_[i], cell_width, row_height));
    const svg::Margins& margins = plans.back().margins;
    left[i % across] = std::max(left[i % across], margins.left);
    right[i % across] = std::max(right[i % across], margins.right);
    top[i / across] = std::max(top[i / across], margins.top);
    bottom[i / across] = std::max(bottom[i / across], margins.bottom);
  }

  // Plots that want equal units may need less room than their cell has.
  std::vector<svg::Rect> boxes;
  std::vector<double> box_width(across, 0), box_height(down, 0);
  for (std::size_t i = 0; i < axes_.size(); ++i) {
    const std::size_t c = i % across, r = i / across;
    const svg::Rect room{0, 0, std::max(20.0, cell_width - left[c] - right[c]),
                         std::max(20.0, row_height - top[r] - bottom[r])};
    boxes.push_back(svg::fitted_box(axes_[i], room));
    box_width[c] = std::max(box_width[c], boxes[i].width);
    box_height[r] = std::max(box_height[r], boxes[i].height);
  }

  std::string content;
  double y = 0, total_width = 0;
  for (std::size_t r = 0; r < down; ++r) {
    double x = 0;
    for (std::size_t c = 0; c < across && r * across + c < axes_.size(); ++c) {
      const std::size_t i = r * across + c;
      boxes[i].left = x + left[c] + (box_width[c] - boxes[i].width) / 2;
      boxes[i].top = y + top[r];
      plans[i].margins.top = top[r];
      content += svg::draw_plot(axes_[i], boxes[i], plans[i]);
      x += left[c] + box_width[c] + right[c] + gap;
    }
    total_width = std::max(total_width, x - gap);
    y += top[r] + box_height[r] + bottom[r] + gap;
  }
  const double total_height = y > 0 ? y - gap : row_height;
  return svg::document({0, 0}, total_width > 0 ? total_width : width, total_height, description_, content);
}

}  // namespace doxa::support
