#include "exhibit.h"

#include <algorithm>
#include <stdexcept>

#include "doxa/autograd/internal/json_text.h"
#include "support/text.h"

namespace doxa::exhibits {
namespace {

using MakeExhibit = Exhibit (*)();
struct Entry {
  const char* name;
  MakeExhibit make;
};
constexpr Entry all_exhibits[] = {{"tape", tape},
                                  {"evidence-bar", evidence_bar},
                                  {"estimators", estimators},
                                  {"play-tiger", play_tiger},
                                  {"learned-filter", learned_filter}};

std::string listed(const std::vector<std::string>& words) {
  std::string text;
  for (std::size_t i = 0; i < words.size(); ++i)
    text += (i == 0 ? "" : i + 1 == words.size() ? " or " : ", ") + words[i];
  return text;
}

std::string_view without_blanks(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t\r");
  if (first == text.npos) return {};
  return text.substr(first, text.find_last_not_of(" \t\r") - first + 1);
}

std::string json_of(const Control& c) {
  const char* const kinds[] = {"slider", "field", "button"};
  std::string text = "{\"kind\":\"" + std::string(kinds[static_cast<int>(c.kind)]) +
                     "\",\"name\":" + json_string(c.name) + ",\"label\":" + json_string(c.label);
  if (c.kind != Control::Kind::button) text += ",\"value\":" + json_string(c.value);
  if (c.kind == Control::Kind::slider)
    text += ",\"low\":" + json_number(c.low) + ",\"high\":" + json_number(c.high) +
            ",\"step\":" + json_number(c.step);
  return text + "}";
}

template <class Elements, class F>
std::string json_list(const Elements& elements, F json) {
  std::string text;
  for (const auto& element : elements) text += (text.empty() ? "" : ",") + json(element);
  return "[" + text + "]";
}

}  // namespace

std::vector<std::string> names() {
  std::vector<std::string> all;
  for (const Entry& e : all_exhibits) all.push_back(e.name);
  return all;
}

Exhibit open(std::string_view name) {
  for (const Entry& e : all_exhibits)
    if (name == e.name) return e.make();
  throw UsageError("found '" + std::string(name) + "', expected " + listed(names()));
}

std::string json_answer(const Exhibit& exhibit, std::string_view line) {
  Answer answer;
  try {
    answer = exhibit.say(line);
  } catch (const std::exception& e) {
    return "{\"error\":" + json_string(support::valid_utf8(e.what())) + "}";
  }
  return "{\"title\":" + json_string(exhibit.title) + ",\"news\":" + json_string(answer.news) +
         ",\"numbers\":" +
         json_list(
             answer.numbers,
             [](const Number& n) { return "[" + json_string(n.name) + "," + json_string(n.text) + "]"; }) +
         ",\"listing\":" + json_string(answer.listing) + ",\"pictures\":" +
         json_list(answer.pictures,
                   [](const Picture& p) {
                     return "{\"description\":" + json_string(p.description) +
                            ",\"svg\":" + json_string(p.svg) + "}";
                   }) +
         ",\"controls\":" + json_list(exhibit.controls(), json_of) + "}";
}

bool Dials::turn(std::string_view line) {
  const Words words = words_of(line);
  for (Control& c : sliders_) {
    if (words.first != c.name) continue;
    const DecimalReading read = read_decimal(words.rest);
    if (!read.in_range() || !(read.value >= c.low && read.value <= c.high))
      throw UsageError(c.name + ": found '" + std::string(words.rest) + "', expected a number from " +
                       to_text(c.low) + " to " + to_text(c.high));
    c.value = to_text(read.value);
    return true;
  }
  return false;
}

double Dials::operator[](std::string_view name) const {
  for (const Control& c : sliders_)
    if (c.name == name) return read_decimal(c.value).value;
  throw std::logic_error("no dial " + std::string(name));
}

void Dials::set(std::string_view name, double value) {
  for (Control& c : sliders_)
    if (c.name == name) c.value = to_text(value);
}

Words words_of(std::string_view line) {
  line = without_blanks(line);
  const std::size_t end = std::min(line.find_first_of(" \t"), line.size());
  return {line.substr(0, end), without_blanks(line.substr(end))};
}

UsageError unknown_line(std::string_view line, const std::vector<Control>& controls) {
  std::vector<std::string> known;
  for (const Control& c : controls)
    known.push_back(c.kind == Control::Kind::button ? c.name : c.name + " VALUE");
  return UsageError("found '" + std::string(line) + "', expected " + listed(known));
}

}  // namespace doxa::exhibits
