// bench: the time of one training step (noise, forward, backward, Adam) of each case, of the same step
// written by hand, and the rates of the kernels; `bench --help` explains the rows.

#include <algorithm>
#include <cstdio>
#include <exception>
#include <iostream>
#include <stdexcept>

#include "arguments.h"
#include "cases.h"
#include "doxa/autograd/kernels/kernels.h"
#include "draw_rates.h"
#include "elementary_rates.h"
#include "growth.h"
#include "matrix_product.h"
#include "recomputation.h"
#include "rows.h"
#include "tests/support/allocations.h"
#include "timing.h"

namespace doxa::benchmarks {
namespace {

struct Benchmark {
  std::string name;
  std::function<void(const Arguments&, Rows&)> run;
};

std::size_t allocations_of(const std::function<void()>& step) {
  for (int i = 0; i < 2; ++i) step();  // what is made once
  const std::size_t before = allocations();
  step();
  return allocations() - before;
}

void add_step(const char* program, const std::string& name, const TrainingStep& step, double microseconds,
              std::size_t allocated, Rows& rows) {
  rows.add(program, name, step.threads,
           {{"microseconds", microseconds, 1},
            {"records", step.records()},
            {"bytes", step.bytes()},
            {"allocations", allocated}});
}

void time_case(const Case& c, const Arguments& arguments, Rows& rows) {
  const TrainingStep taped = c.taped(arguments.threads);
  const std::size_t allocated = allocations_of(taped.run);
  if (!c.manual || taped.threads > 1) {
    const double time = median_microseconds(taped.run, arguments.seconds);
    return add_step("doxa", c.name, taped, time, allocated, rows);
  }
  const TrainingStep manual = c.manual();
  const std::size_t allocated_by_hand = allocations_of(manual.run);
  const std::vector<double> times = median_microseconds({taped.run, manual.run}, arguments.seconds);
  add_step("doxa", c.name, taped, times[0], allocated, rows);
  add_step("manual", c.name, manual, times[1], allocated_by_hand, rows);
}

// What a record costs forward and backward together where it has next to nothing to compute.
void time_record(const Case& c, double seconds, Rows& rows) {
  const TrainingStep step = c.taped(1);
  const double microseconds = median_microseconds(step.gradient, seconds);
  rows.add("doxa-record", c.name, 1,
           {{"nanoseconds", 1e3 * microseconds / static_cast<double>(step.records()), 1}});
}

std::vector<Benchmark> benchmarks() {
  std::vector<Benchmark> all;
  for (const Case& c : cases())
    all.push_back({c.name, [&c](const Arguments& a, Rows& rows) {
                     time_case(c, a, rows);
                     if (c.name == "lstm-tiny") time_record(c, a.seconds, rows);
                   }});
  all.push_back({"recompute", [](const Arguments& a, Rows& rows) { time_recomputation(a.seconds, rows); }});
  all.push_back({"matmul", [](const Arguments& a, Rows& rows) { time_matrix_product(a.seconds, rows); }});
  all.push_back(
      {"elementary", [](const Arguments& a, Rows& rows) { time_elementary_functions(a.seconds, rows); }});
  all.push_back({"draws", [](const Arguments& a, Rows& rows) { time_draws(a.seconds, rows); }});
  return all;
}

void print_about() {
#ifdef __clang__
  const char* compiler = "Clang " __clang_version__;
#else
  const char* compiler = "GCC " __VERSION__;
#endif
  std::printf("%s, kernels %s, %s\n", real_name, kernels().name, compiler);
}

void run(const Arguments& arguments) {
  if (arguments.help) return void(std::fputs(usage, stdout));
  if (arguments.about) return print_about();
  const std::vector<Benchmark> all = benchmarks();
  std::string names;
  for (const Benchmark& b : all) names += (names.empty() ? "" : ", ") + b.name;
  if (arguments.list) {
    for (const Benchmark& b : all) std::puts(b.name.c_str());
    return;
  }
  for (const std::string& name : arguments.cases)
    if (std::ranges::find(all, name, &Benchmark::name) == all.end())
      throw std::invalid_argument("--case: found '" + name + "', expected one of " + names);
  Rows rows(arguments.json);
  if (!arguments.growth.empty()) return measure_growth(arguments.growth, arguments.seconds, rows, std::cout);
  for (const Benchmark& b : all)
    if (arguments.cases.empty() || std::ranges::count(arguments.cases, b.name) > 0) b.run(arguments, rows);
}

}  // namespace
}  // namespace doxa::benchmarks

int main(int argc, char** argv) try {
  doxa::benchmarks::run(doxa::benchmarks::parse({argv + 1, static_cast<std::size_t>(argc - 1)}));
  if (std::fflush(stdout) != 0) throw std::runtime_error("cannot write to standard output");
} catch (const std::exception& e) {
  std::fprintf(stderr, "bench: %s\n", e.what());
  return 2;
}
