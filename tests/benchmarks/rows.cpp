#include <algorithm>
#include <chrono>
#include <cstdio>

#include "doxa/autograd/internal/json_text.h"
#include "doxa/autograd/internal/program/standard_streams.h"
#include "doxa/models/files/file.h"
#include "measurements.h"
#include "support/text.h"

namespace doxa::benchmarks {

Rows::Field::Field(std::string n, const std::string& value)
    : name(std::move(n)), text(value), json(json_string(value)) {}

Rows::Field::Field(std::string n, double value, int decimals)
    : name(std::move(n)), text(support::decimal(value, decimals)), json(support::to_text(value)) {}

Rows::Field::Field(std::string n, double value)
    : name(std::move(n)), text(support::significant(value, 3)), json(support::to_text(value)) {}

Rows::Rows(std::filesystem::path json) : path_(std::move(json)) {
  if (!path_.empty()) require_rewritable(path_);
  write();
}

void Rows::add(const std::string& program, const std::string& name, int threads, std::vector<Field> rest) {
  std::vector<Field> row{
      {"program", program}, {"case", name}, {"dtype", std::string(real_name)}, {"threads", threads}};
  row.insert(row.end(), rest.begin(), rest.end());
  std::string line, object;
  for (const Field& field : row) {
    line += (line.empty() ? "" : ",") + field.text;
    object += (object.empty() ? "" : ", ") + json_string(field.name) + ": " + field.json;
  }
  objects_.push_back("{" + object + "}");
  std::puts(line.c_str());
  require_output();
  write();
}

void Rows::write() const {
  if (path_.empty()) return;
  std::string text = "[";
  for (const std::string& object : objects_) text += (text.size() == 1 ? "\n  " : ",\n  ") + object;
  write_file_atomically(path_, text + (objects_.empty() ? "]\n" : "\n]\n"));
}

namespace {

double median(std::vector<double>& times) {
  const auto middle = times.begin() + static_cast<std::ptrdiff_t>(times.size() / 2);
  std::nth_element(times.begin(), middle, times.end());
  return *middle;
}

}  // namespace

std::vector<double> median_microseconds(std::initializer_list<std::function<void()>> functions,
                                        double seconds) {
  using Clock = std::chrono::steady_clock;
  constexpr int stretches = 8, warm_up = 2;
  std::vector<std::vector<double>> times(functions.size());
  for (int stretch = 0; stretch < stretches; ++stretch)
    for (std::size_t i = 0; i < functions.size(); ++i) {
      const std::function<void()>& function = functions.begin()[i];
      if (stretch == 0)
        for (int k = 0; k < warm_up; ++k) function();
      const auto stop = Clock::now() + std::chrono::duration<double>(seconds / stretches);
      do {
        const auto start = Clock::now();
        function();
        times[i].push_back(std::chrono::duration<double, std::micro>(Clock::now() - start).count());
      } while (Clock::now() < stop);
    }
  std::vector<double> medians;
  for (std::vector<double>& t : times) medians.push_back(median(t));
  return medians;
}

}  // namespace doxa::benchmarks
