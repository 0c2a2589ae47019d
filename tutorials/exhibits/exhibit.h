#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "doxa/autograd/internal/program/command_line.h"

// An exhibit is something to play with beside the text: a program that is told one line at a time and answers
// each with named numbers, a listing and pictures. In the book its lines come from sliders and buttons.

namespace doxa::exhibits {

// What a reader can move. Its line is "NAME VALUE", that of a button just its name.
struct Control {
  enum class Kind { slider, field, button };
  Kind kind;
  std::string name, label;
  std::string value = {};  // now; of a button nothing
  double low = 0, high = 0, step = 0;
};

struct Number {
  std::string name, text;
};

struct Picture {
  std::string description;  // for who does not see it
  std::string svg;
};

struct Answer {
  std::string news;  // what there is to say, in a sentence
  std::vector<Number> numbers = {};
  std::string listing = {};  // lines whose columns line up
  std::vector<Picture> pictures = {};
};

struct Exhibit {
  std::string name, title;
  std::function<std::vector<Control>()> controls;
  // Does what the line says, nothing for an empty one, and answers. Throws UsageError for a line that cannot
  // be honoured, in one line; all is then as it was.
  std::function<Answer(std::string_view line)> say;
};

Exhibit evidence_bar();
Exhibit estimators();
Exhibit learned_filter();
Exhibit play_tiger();
Exhibit tape();

// The names of all of them, and one of them anew. Throws UsageError for a name that is none.
std::vector<std::string> names();
Exhibit open(std::string_view name);

// An answer as one line of JSON, {"title":…, "news":…, "numbers":[[name, text], …], "listing":…,
// "pictures":[{"description":…, "svg":…}, …], "controls":[…]}; {"error":…} for a line that was refused.
std::string json_answer(const Exhibit& exhibit, std::string_view line);

// Numbers that are moved by sliders, each within its limits.
class Dials {
 public:
  explicit Dials(std::vector<Control> sliders) : sliders_(std::move(sliders)) {}

  // "NAME VALUE" turns a dial; false if the first word is not the name of one. Throws UsageError for a value
  // that is no number within the limits.
  bool turn(std::string_view line);
  double operator[](std::string_view name) const;
  void set(std::string_view name, double value);
  const std::vector<Control>& sliders() const { return sliders_; }

 private:
  std::vector<Control> sliders_;
};

// The first word of a line, and the rest without the blanks around it.
struct Words {
  std::string_view first, rest;
};
Words words_of(std::string_view line);

// "found 'jump', expected listen, open-left or open-right"
UsageError unknown_line(std::string_view line, const std::vector<Control>& controls);

}  // namespace doxa::exhibits
