// bench: the time of one training step (noise, forward, backward, Adam) of each case, of the same step
// written by hand, and the rates of the kernels; `bench --help` explains the rows.

#include <algorithm>
#include <cstdio>
#include <iostream>
#include <stdexcept>

#include "doxa/autograd/kernels/kernels.h"
#include "doxa/autograd/random.h"
#include "measurements.h"
#include "support/arguments.h"
#include "tests/support/allocations.h"
#include "training_step.h"

namespace doxa::benchmarks {
namespace {

struct Settings {
  std::vector<std::string> cases;  // empty: all
  double seconds = 2;
  int threads = 1;
  std::string json;    // empty: no file
  std::string growth;  // empty: the cases are timed
  bool list = false, about = false;
};

struct Benchmark {
  std::string name;
  std::function<void(const Settings&, Rows&)> run;
};

std::size_t allocations_of_a_step(const std::function<void()>& step) {
  for (int i = 0; i < 2; ++i) step();  // what is made once
  return allocations_of(step);
}

void add_step(const char* program, const std::string& name, const TrainingStep& step, double microseconds,
              std::size_t allocated, std::vector<Rows::Field> more, Rows& rows) {
  std::vector<Rows::Field> fields{{"microseconds", microseconds, 1},
                                  {"records", step.records()},
                                  {"bytes", step.bytes()},
                                  {"allocations", allocated}};
  fields.insert(fields.end(), more.begin(), more.end());
  rows.add(program, name, step.threads, std::move(fields));
}

// Of the machine's best rate, timed in turn with the step, the share at which the products of a step would
// run if nothing else took time.
void time_case(const Case& c, const Settings& settings, Rows& rows) {
  const TrainingStep taped = c.taped(settings.threads);
  const std::size_t allocated = allocations_of_a_step(taped.run);
  BestProduct best;
  const double flops = taped.flops();
  const auto add_taped = [&](double microseconds, double of_best) {
    const double peak = BestProduct::flops / of_best * taped.threads;
    add_step("doxa", c.name, taped, microseconds, allocated,
             {{"megaflops", 1e-6 * flops, 2}, {"share_of_peak", flops / microseconds / peak, 3}}, rows);
  };
  if (!c.manual || taped.threads > 1) {
    const std::vector<double> times = median_microseconds({taped.run, std::ref(best)}, settings.seconds);
    return add_taped(times[0], times[1]);
  }
  const TrainingStep manual = c.manual();
  const std::size_t allocated_by_hand = allocations_of_a_step(manual.run);
  const std::vector<double> times =
      median_microseconds({taped.run, manual.run, std::ref(best)}, settings.seconds);
  add_taped(times[0], times[2]);
  add_step("manual", c.name, manual, times[1], allocated_by_hand, {}, rows);
}

// What a record costs, forward and backward together, where it has next to nothing to compute: nearly all
// records of the case are element-wise ops of 14 numbers.
void time_record(const Case& c, double seconds, Rows& rows) {
  const TrainingStep step = c.taped(1);
  const double microseconds = median_microseconds(step.gradient, seconds);
  rows.add("doxa-record", c.name, 1,
           {{"nanoseconds", 1e3 * microseconds / static_cast<double>(step.records()), 1},
            {"bytes", static_cast<double>(step.bytes()) / static_cast<double>(step.records()), 1}});
}

void time_objective(const Case& c, double seconds, Rows& rows) {
  const TrainingStep step = c.taped(1);
  const std::size_t allocated = allocations_of_a_step(step.gradient);
  const double microseconds = median_microseconds(step.gradient, seconds);
  add_step("doxa-objective", c.name, step, microseconds, allocated, {}, rows);
}

std::vector<Benchmark> benchmarks() {
  std::vector<Benchmark> all;
  for (const Case& c : cases())
    all.push_back({c.name, [&c](const Settings& a, Rows& rows) {
                     time_case(c, a, rows);
                     if (c.name == "lstm-tiny") time_record(c, a.seconds, rows);
                   }});
  for (const Case& c : objectives())
    all.push_back({c.name, [&c](const Settings& a, Rows& rows) { time_objective(c, a.seconds, rows); }});
  all.push_back({"recompute", [](const Settings& a, Rows& rows) { time_recomputation(a.seconds, rows); }});
  all.push_back({"matmul", [](const Settings& a, Rows& rows) { time_matrix_product(a.seconds, rows); }});
  all.push_back(
      {"elementary", [](const Settings& a, Rows& rows) { time_elementary_functions(a.seconds, rows); }});
  all.push_back({"draws", [](const Settings& a, Rows& rows) { time_draws(a.seconds, rows); }});
  all.push_back({"plans", [](const Settings& a, Rows& rows) { measure_plans(a.seconds, rows); }});
  return all;
}

// --threads is for the training steps.
void require_training_step(const std::vector<std::string>& chosen) {
  const auto is_step = [](const std::string& name) {
    return std::ranges::find(cases(), name, &Case::name) != cases().end();
  };
  if (!chosen.empty() && std::ranges::none_of(chosen, is_step))
    throw UsageError("found --threads for --case " + chosen.front() +
                     ", expected a training step, such as --case " + cases().front().name);
}

void print_about() {
#ifdef __clang__
  const char* compiler = "Clang " __clang_version__;
#else
  const char* compiler = "GCC " __VERSION__;
#endif
  std::printf("%s, kernels %s, %s\n", real_name, kernels().name, compiler);
}

void run(const Settings& settings) {
  if (settings.about) return print_about();
  const std::vector<Benchmark> all = benchmarks();
  std::string names;
  for (const Benchmark& b : all) names += (names.empty() ? "" : ", ") + b.name;
  if (settings.list) {
    for (const Benchmark& b : all) std::puts(b.name.c_str());
    return;
  }
  for (const std::string& name : settings.cases)
    if (std::ranges::find(all, name, &Benchmark::name) == all.end())
      throw std::invalid_argument("--case: found '" + name + "', expected one of " + names);
  Rows rows(settings.json);
  if (!settings.growth.empty()) return measure_growth(settings.growth, settings.seconds, rows, std::cout);
  for (const Benchmark& b : all)
    if (settings.cases.empty() || std::ranges::count(settings.cases, b.name) > 0) b.run(settings, rows);
}

}  // namespace
}  // namespace doxa::benchmarks

int main(int argc, char** argv) {
  doxa::support::CommandLine command(
      "bench", "the time of one training step of each case, and the rates of the kernels",
      "A row of a training step (noise, forward, backward, Adam), by tape or by hand:\n"
      "  doxa,<case>,<dtype>,<threads>,<median microseconds>,<records>,<tape bytes>,<heap allocations>,\n"
      "                                         <millions of operations in products of matrices>,<their\n"
      "                                         share: over the time, over the rate of a 128 x 128 product>\n"
      "  manual,<case>,…                        the same, its gradient written by hand (-DDOXA_STUDIES=ON)\n"
      "  doxa-record,<case>,<dtype>,1,<nanoseconds a record, forward and backward>,<tape bytes a record>\n"
      "  doxa-objective,<case>,<dtype>,1,<median microseconds>,<records>,<tape bytes>,<heap allocations>\n"
      "                                         value and gradient of an objective of ADBench\n"
      "  doxa-recompute,<stored or recomputed>,<dtype>,1,<median microseconds>,<bytes owned>,<distance>\n"
      "                                         gradient of a recurrence of 4096 steps; <distance> is "
      "between\n"
      "                                         the two gradients, relative to their norm\n"
      "Rows of the kernels:\n"
      "  doxa-matmul,<n>,<dtype>,1,<GFLOP/s>,<share of the rate of a 128 x 128 product timed in turn>\n"
      "                                         product of two n x n matrices; -at, -bt: of a transposed "
      "one\n"
      "  doxa-elementary,<function>,<dtype>,1,<nanoseconds an element>,<the same of std::>,<ratio>\n"
      "  doxa-draws,<distribution>,<dtype>,1,<nanoseconds a draw>,<millions of draws a second>\n"
      "Rows of plans:\n"
      "  doxa-plan,<model>,<dtype>,1,<seconds>,<lower>,<upper bound of the optimum>,<backups>,<vectors>,\n"
      "                                         <points>,<bytes of both>");
  doxa::benchmarks::Settings settings;
  command.text("case", "NAME", settings.cases, "only this benchmark; may be repeated");
  command.positive("seconds", settings.seconds, "how long to time each");
  command.integer("threads", settings.threads, {.low = 1, .high = 1024},
                  "for the training steps, each with its share of the batch");
  command.text("json", "FILE", settings.json, "also write the rows to FILE, an array of flat objects");
  command.text("growth", "DIR", settings.growth,
               "instead: time and memory of a step against its sizes, and DIR/growth.svg");
  command.flag("list", settings.list, "print the names of the benchmarks");
  command.flag("about", settings.about, "print what was built: version, type of numbers, kernels, compiler");
  command.excludes("list", {"case", "seconds", "threads", "json", "growth", "about"},
                   "--list measures nothing");
  command.excludes("about", {"case", "seconds", "threads", "json", "growth"}, "--about measures nothing");
  command.excludes("growth", {"case", "threads"}, "--growth has cases of its own, on one thread");
  command.uses([&settings]() -> std::vector<doxa::support::RunFile> {
    const std::filesystem::path growth = settings.growth;
    return {{.flag = "--json", .path = settings.json, .written = true},
            {.flag = "--growth", .path = growth.empty() ? growth : growth / "growth.svg", .written = true}};
  });
  return command.run(argc, argv, [&] {
    if (command.given("threads")) doxa::benchmarks::require_training_step(settings.cases);
    doxa::benchmarks::run(settings);
    return 0;
  });
}
