#include "doxa/models/nn/checkpoint.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <set>
#include <stdexcept>
#include <utility>

#include "doxa/autograd/internal/number_text.h"
#include "doxa/models/files/file.h"

namespace doxa {
namespace {

constexpr const char *kind_key = "doxa", *kind = "checkpoint 1", *checksum_key = "checksum";
constexpr std::size_t generator_words = 7;

std::map<std::string, std::string> metadata(const TrainingState& run) {
  std::map<std::string, std::string> all = {{kind_key, kind}};
  if (run.adam) {
    all["adam.beta1"] = to_text(run.adam->beta1);
    all["adam.beta2"] = to_text(run.adam->beta2);
    all["adam.epsilon"] = to_text(run.adam->epsilon);
    all["adam.max_norm"] = to_text(run.adam->max_norm);
  }
  for (const auto& [key, text] : run.settings)
    if (key == checksum_key || !all.emplace(key, text).second)
      throw std::invalid_argument("checkpoint: a setting cannot be called " + key);
  return all;
}

void check_names(const Parameters& parameters) {
  std::set<std::string> names;
  for (const Parameter* p : parameters)
    if (!names.insert(p->name).second)
      throw std::invalid_argument("checkpoint: two parameters are called " + p->name);
}

// Refuses anything but one tensor for each parameter, of the parameter's shape.
void check_shapes(const Parameters& parameters, const std::vector<Tensor>& tensors, const std::string& what) {
  bool same = tensors.size() == parameters.size();
  for (std::size_t i = 0; same && i < tensors.size(); ++i)
    same = tensors[i].shape() == parameters[i]->value.shape();
  if (!same)
    throw std::invalid_argument("checkpoint: the shapes of " + what + " are not those of the parameters");
}

// "nan as number 3 of 6" for the first number that is not finite or, where it must not be, negative; empty if
// there is none.
std::string unusable_number(const Tensor& tensor, bool may_be_negative = true) {
  for (Index i = 0; i < tensor.size(); ++i)
    if (!std::isfinite(tensor[i]) || (!may_be_negative && tensor[i] < 0))
      return to_text(static_cast<double>(tensor[i])) + " as number " + std::to_string(i + 1) + " of " +
             std::to_string(tensor.size());
  return {};
}

void check_settings(const std::map<std::string, std::string>& expected, const Safetensors& from) {
  const auto refuse = [&](const std::string& checkpoint, const std::string& run) {
    throw FileError(from.file,
                    "found a checkpoint written " + checkpoint + ", expected " + run + " as in this run");
  };
  const auto found_kind = from.metadata.find(kind_key);
  if (found_kind == from.metadata.end() || found_kind->second != kind)
    throw FileError(from.file, "found no metadata doxa = 'checkpoint 1', expected a checkpoint of a run");
  for (const auto& [key, text] : expected) {
    const auto found = from.metadata.find(key);
    if (found == from.metadata.end()) refuse("without a setting " + key, key + " " + in_quotes(text));
    if (found->second != text)
      refuse("with " + key + " " + in_quotes(found->second), key + " " + in_quotes(text));
  }
  for (const auto& [key, text] : from.metadata)
    if (!expected.contains(key))
      refuse("with a setting " + in_quotes(key) + " = " + in_quotes(text), "no such setting");
}

// Of all names, settings, shapes and numbers. No single byte can change without it (see fnv1a).
std::string checksum(const Safetensors& all) {
  std::string text;
  for (const auto& [key, value] : all.metadata)
    if (key != checksum_key) text += key + '=' + value + '\n';
  for (const auto& [name, array] : all.arrays)
    text += name + ' ' + array.str() + ' ' + std::to_string(fnv1a(array.bytes)) + '\n';
  return std::to_string(fnv1a(text));
}

// Takes the arrays out of a file one by one. Each must be what this run expects, and none may be left.
class ArraysOfFile {
 public:
  explicit ArraysOfFile(const Safetensors& file) : file_(file) {}

  Tensor tensor(const std::string& name, const Tensor& as, bool may_be_negative = true) {
    Tensor read = take(name, stored(Tensor(as.shape()))).tensor();
    if (const std::string found = unusable_number(read, may_be_negative); !found.empty())
      refuse(name, found, may_be_negative ? "finite numbers" : "finite numbers, at least 0");
    return read;
  }
  std::vector<Tensor> tensors(const std::string& prefix, const Parameters& parameters,
                              bool may_be_negative = true) {
    std::vector<Tensor> all;
    for (const Parameter* p : parameters) all.push_back(tensor(prefix + p->name, p->value, may_be_negative));
    return all;
  }
  std::vector<Tensor> tensors_or_none(const std::string& prefix, const Parameters& parameters) {
    const bool none = parameters.empty() || !file_.arrays.contains(prefix + parameters[0]->name);
    return none ? std::vector<Tensor>{} : tensors(prefix, parameters);
  }
  Index integer(const std::string& name) { return take(name, stored(std::int64_t{})).integer(); }
  std::vector<double> series(const std::string& name) {
    return take(name, {.dtype = Dtype::f64}, true).doubles();
  }
  Philox generator(const std::string& name) {
    const std::vector<std::uint64_t> w =
        take(name, {.dtype = Dtype::u64, .shape = {generator_words}}).words();
    if (w[6] > 4) refuse(name, std::to_string(w[6]) + " words used of a block", "at most 4");
    Philox generator;
    generator.restore({.key = {w[0], w[1]}, .counter = {w[2], w[3], w[4], w[5]}, .used = w[6]});
    return generator;
  }
  [[noreturn]] void refuse(const std::string& name, const std::string& found, const std::string& expected) {
    throw FileError(file_.file, in_quotes(name) + ": found " + found + ", expected " + expected);
  }
  void require_none_left() {
    for (const auto& [name, array] : file_.arrays)
      if (!taken_.contains(name)) refuse(name, array.str(), "no array of that name");
  }

 private:
  const StoredArray& take(const std::string& name, const StoredArray& as, bool any_length = false) {
    const auto found = file_.arrays.find(name);
    const std::string expected = any_length ? "F64 of any length" : as.str();
    if (found == file_.arrays.end()) refuse(name, "nothing", expected);
    const StoredArray& array = found->second;
    if (array.dtype != as.dtype || (any_length ? array.shape.size() != 1 : array.shape != as.shape))
      refuse(name, array.str(), expected);
    taken_.insert(name);
    return array;
  }

  const Safetensors& file_;
  std::set<std::string> taken_;
};

}  // namespace

Safetensors contents(const TrainingState& run) {
  check_names(run.parameters);
  Safetensors all{.metadata = metadata(run)};
  const auto put_one = [&](const std::string& name, const Tensor& tensor) {
    if (const std::string found = unusable_number(tensor); !found.empty())
      throw std::invalid_argument("checkpoint: " + name + ": " + found + ", expected finite numbers");
    all.arrays[name] = stored(tensor);
  };
  const auto put = [&](const std::string& prefix, const std::vector<Tensor>& tensors) {
    for (std::size_t i = 0; i < tensors.size(); ++i) put_one(prefix + run.parameters[i]->name, tensors[i]);
  };
  std::vector<Tensor> zeros;
  for (const Parameter* p : run.parameters) {
    put_one("parameter/" + p->name, p->value);
    zeros.emplace_back(p->value.shape());
  }
  if (run.adam) {
    const bool started = run.adam->steps > 0 || !run.adam->means.empty();
    const std::vector<Tensor>&means = started ? run.adam->means : zeros,
          &variances = started ? run.adam->variances : zeros;
    check_shapes(run.parameters, means, "adam");
    check_shapes(run.parameters, variances, "adam");
    put("adam.mean/", means);
    put("adam.variance/", variances);
    all.arrays["adam.steps"] = stored(run.adam->steps);
  }
  for (const auto& [name, generator] : run.generators) {
    const Philox::State s = generator->state();
    const std::uint64_t words[generator_words] = {s.key[0],     s.key[1],     s.counter[0], s.counter[1],
                                                  s.counter[2], s.counter[3], s.used};
    all.arrays["generator/" + name] = stored(words);
  }
  for (const auto& [name, counter] : run.counters) all.arrays["counter/" + name] = stored(*counter);
  for (const auto& [name, series] : run.series) all.arrays["series/" + name] = stored(*series);
  for (const auto& [name, tensors] : run.copies) {
    if (!tensors->empty()) check_shapes(run.parameters, *tensors, name);
    put("copy/" + name + "/", *tensors);
  }
  return all;
}

void restore(const TrainingState& run, const Safetensors& from) {
  check_names(run.parameters);
  check_settings(metadata(run), from);

  // Read everything first: a file that is refused must change nothing.
  ArraysOfFile file(from);
  std::vector<std::function<void()>> assignments;
  const auto assign = [&](auto& to, auto value) {
    assignments.push_back([&to, value = std::move(value)]() mutable { std::swap(to, value); });
  };
  for (Parameter* p : run.parameters) {
    assignments.push_back([p, value = file.tensor("parameter/" + p->name, p->value)] {
      std::ranges::copy(value.span(), p->value.data());
      std::ranges::fill(p->gradient.span(), Real{0});
    });
  }
  if (run.adam) {
    assign(run.adam->means, file.tensors("adam.mean/", run.parameters));
    assign(run.adam->variances, file.tensors("adam.variance/", run.parameters, false));
    const std::int64_t steps = file.integer("adam.steps");
    if (steps < 0) file.refuse("adam.steps", std::to_string(steps), "at least 0");
    assign(run.adam->steps, steps);
  }
  for (const auto& [name, generator] : run.generators)
    assign(*generator, file.generator("generator/" + name));
  for (const auto& [name, counter] : run.counters) assign(*counter, file.integer("counter/" + name));
  for (const auto& [name, series] : run.series) assign(*series, file.series("series/" + name));
  for (const auto& [name, tensors] : run.copies)
    assign(*tensors, file.tensors_or_none("copy/" + name + "/", run.parameters));
  file.require_none_left();
  for (const auto& now : assignments) now();
}

void save_checkpoint(const std::filesystem::path& path, const TrainingState& run) {
  Safetensors all = contents(run);
  all.metadata[checksum_key] = checksum(all);
  write_safetensors(path, all);
}

Safetensors read_checkpoint(const std::filesystem::path& path) {
  require_regular_file(path, ".safetensors file");
  Safetensors all = read_safetensors(path);
  const auto written = all.metadata.find(checksum_key);
  if (written == all.metadata.end()) return all;
  if (const std::string found = checksum(all); found != written->second)
    throw FileError(all.file, "found contents with the checksum " + found + ", expected " +
                                  in_quotes(written->second) +
                                  " as when they were written: the file is damaged or was edited");
  all.metadata.erase(written);
  return all;
}

void load_checkpoint(const std::filesystem::path& path, const TrainingState& run) {
  restore(run, read_checkpoint(path));
}

}  // namespace doxa
