#pragma once

#include <concepts>
#include <filesystem>
#include <functional>
#include <initializer_list>
#include <ostream>
#include <string>
#include <vector>

#include "doxa/autograd/random.h"
#include "doxa/autograd/real.h"

namespace doxa::benchmarks {

/// Where measurements go: each a line of values separated by commas on standard output, and, if asked for, an
/// object name → value in a JSON array.
class Rows {
 public:
  struct Field {
    std::string name, text, json;
    Field(std::string name, const std::string& text);
    Field(std::string name, double value, int decimals);
    Field(std::string name, double value);  ///< in three significant digits
    Field(std::string n, std::integral auto value)
        : name(std::move(n)), text(std::to_string(value)), json(text) {}
  };

  /// Writes an empty array to `json` at once, to fail before anything is measured: throws std::runtime_error
  /// naming the file and the reason. An empty path: no file.
  explicit Rows(std::filesystem::path json);

  /// One row, on standard output at once; the file then holds all rows so far. Every row starts with the
  /// program measured, the case, the type of numbers and the number of threads.
  void add(const std::string& program, const std::string& name, int threads, std::vector<Field> rest);

 private:
  void write() const;

  std::filesystem::path path_;
  std::vector<std::string> objects_;
};

/// "float64" or "float32".
constexpr const char* real_name = sizeof(Real) == 8 ? "float64" : "float32";

/// The median time of one call of each function, in microseconds, over about `seconds` for each. They are run
/// in turn, a stretch at a time, so that a slow spell of the machine falls on all of them alike.
std::vector<double> median_microseconds(std::initializer_list<std::function<void()>> functions,
                                        double seconds);

inline double median_microseconds(const std::function<void()>& function, double seconds) {
  return median_microseconds({function}, seconds)[0];
}

/// Nanoseconds an element of the vectorised elementary functions, beside those of a loop over std::.
void time_elementary_functions(double seconds, Rows& rows);

/// The product of matrices that runs at the machine's best rate, or nearly: a few of 128 x 128, one call.
class BestProduct {
 public:
  void operator()();
  static constexpr Index n = 128;
  static constexpr int repeats = 4;
  static constexpr double flops = 2.0 * n * n * n * repeats;

 private:
  Philox random_{1};
  Tensor a_ = normal_noise({n, n}, random_), b_ = normal_noise({n, n}, random_), c_{Shape{n, n}};
};

/// The rate of C = A B for square matrices of several sizes, 2n³ operations each, in GFLOP/s, and its share of
/// that of BestProduct.
void time_matrix_product(double seconds, Rows& rows);

/// Random numbers a second on one core: from the generator into memory that fits the first cache, and draws
/// of distributions onto a tape.
void time_draws(double seconds, Rows& rows);

/// Time and memory of the gradient of a recurrence over 4096 steps, its records stored or recomputed in √T
/// blocks.
void time_recomputation(double seconds, Rows& rows);

/// How the certificates of Hallway and of Tag close in: a row whenever the time of the processor has doubled
/// since the last, up to `seconds` for each.
void measure_plans(double seconds, Rows& rows);

/// Time and memory of one training step of the filtering posterior against the number of steps T, the batch B
/// and the width H: rows doxa-growth,<T|B|H>,<dtype>,1,<T>,<B>,<H>,<microseconds>,<records>,<bytes>, the
/// slopes of their logarithms in a table, and the curves in `directory`/growth.svg. Throws std::runtime_error
/// if that cannot be written.
void measure_growth(const std::filesystem::path& directory, double seconds, Rows& rows, std::ostream& out);

}  // namespace doxa::benchmarks
