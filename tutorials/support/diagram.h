#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "support/svg/theme.h"

namespace doxa::support {

enum class NodeShape { box, ellipse, plain };

struct NodeStyle {
  Color color = Color::ink;
  NodeShape shape = NodeShape::box;
  bool filled = false;  // a light tint of the colour
};

struct ArrowStyle {
  Color color = Color::ink;
  Dash dash = Dash::solid;
  double bend = 0;     // px by which the middle is shifted to the left of its direction
  double width = 1.4;  // px
};

// Boxes of text and arrows between them at given places: computation graphs, graphical models.
class Diagram {
 public:
  // `description` is the picture's accessible name, not drawn.
  explicit Diagram(std::string description);

  // A node centred at (x, y), in px, y downwards; lines of `text` are separated by '\n', the first one stands
  // out. Returns its number. The picture is cut to what is in it, so only relative positions matter.
  std::size_t node(double x, double y, std::string text, NodeStyle style = {});

  // An arrow between the borders of two nodes. Throws std::out_of_range when there is no such node.
  void arrow(std::size_t from, std::size_t to, std::string label = {}, ArrowStyle style = {});

  std::string svg() const;

 private:
  struct Node {
    double x, y;
    std::vector<std::string> lines;
    NodeStyle style;
    double half_width, half_height;
  };
  struct Arrow {
    std::size_t from, to;
    std::string label;
    ArrowStyle style;
  };

  std::string description_;
  std::vector<Node> nodes_;
  std::vector<Arrow> arrows_;
};

}  // namespace doxa::support
