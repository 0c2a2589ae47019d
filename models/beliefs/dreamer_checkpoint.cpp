#include "doxa/models/beliefs/dreamer_checkpoint.h"

#include <array>
#include <cmath>

#include "doxa/models/files/file.h"
#include "doxa/models/nn/checkpoint.h"

namespace doxa {
namespace {

std::vector<double> numbers_of(const std::vector<Tensor>& all) {
  std::vector<double> numbers;
  for (const Tensor& t : all)
    for (const Real x : t.span()) numbers.push_back(static_cast<double>(x));
  return numbers;
}

std::vector<Tensor> values_of(const Parameters& all) {
  std::vector<Tensor> values;
  for (const Parameter* p : all) values.push_back(p->value);
  return values;
}

// The numbers of tensors that have the shapes of these parameters.
std::vector<Tensor> tensors_like(const Parameters& all, const std::vector<double>& numbers) {
  std::vector<Tensor> tensors;
  std::size_t next = 0;
  for (const Parameter* p : all) {
    Tensor& t = tensors.emplace_back(p->value.shape());
    for (Real& x : t.span()) x = static_cast<Real>(numbers[next++]);
  }
  return tensors;
}

// An optimiser as a checkpoint keeps it.
struct KeptAdam {
  Adam& adam;
  Parameters of;
  std::vector<double> mean, variance;
};

// A Dreamer in the terms of a checkpoint, between the two.
class KeptDreamer {
 public:
  KeptDreamer(Dreamer& d, DreamerNotes& notes)
      : d_(d),
        adams_{{d.model_adam, parameters(d.learner), {}, {}},
               {d.agent.actor_adam, parameters(d.agent.actor), {}, {}},
               {d.agent.critic_adam, parameters(d.agent.critic), {}, {}}} {
    state_.parameters = parameters(d.learner);
    append_parameters(state_.parameters, d.agent);
    state_.settings = notes.settings;
    state_.generators = {
        {"acting", &d.acting}, {"choosing", &d.choosing}, {"noise", &d.noise}, {"imagining", &d.imagining}};
    state_.counters = {
        {"iteration", &d.iteration}, {"model_step", &d.model_step}, {"actor_step", &d.actor_step}};
    state_.series = {{"curve", &notes.curve},       {"memory.lengths", &lengths_},
                     {"memory.actions", &actions_}, {"memory.observations", &observations_},
                     {"memory.rewards", &rewards_}, {"rewards.met", &met_},
                     {"critic.slow", &slow_},       {"returns", &returns_}};
    const std::array names{"model", "actor", "critic"};
    for (std::size_t i = 0; i < adams_.size(); ++i) {
      const std::string name = std::string("optimiser.") + names[i];
      state_.series[name + ".mean"] = &adams_[i].mean;
      state_.series[name + ".variance"] = &adams_[i].variance;
      state_.counters[name + ".steps"] = &adams_[i].adam.steps;
    }
  }
  KeptDreamer(const KeptDreamer&) = delete;
  KeptDreamer& operator=(const KeptDreamer&) = delete;

  const TrainingState& state() const { return state_; }

  void read() {
    for (const Trajectory& t : d_.memory) {
      lengths_.push_back(static_cast<double>(t.horizon()));
      actions_.insert(actions_.end(), t.actions.begin(), t.actions.end());
      observations_.insert(observations_.end(), t.observations.begin(), t.observations.end());
      rewards_.insert(rewards_.end(), t.rewards.begin(), t.rewards.end());
    }
    if (const auto* discrete = std::get_if<DiscreteReward>(&*d_.learner.model.settings.reward))
      met_ = discrete->values;
    slow_ = numbers_of(values_of(parameters(d_.agent.slow)));
    returns_ = {d_.agent.mean, d_.agent.deviation};
    for (KeptAdam& a : adams_) {
      a.mean = numbers_of(a.adam.means);
      a.variance = numbers_of(a.adam.variances);
    }
  }

  // Whether the arrays have the sizes that they must have.
  bool is_whole() const {
    const auto size = [](const Parameters& p) { return static_cast<std::size_t>(count(p)); };
    double steps = 0;
    for (const double n : lengths_) steps += n > 0 && n == std::floor(n) ? n : std::nan("");
    const auto all = static_cast<double>(actions_.size());
    bool whole = steps == all && observations_.size() == actions_.size() &&
                 rewards_.size() == actions_.size() && returns_.size() == 2 &&
                 slow_.size() == size(parameters(d_.agent.slow));
    for (const KeptAdam& a : adams_)
      whole =
          whole && a.mean.size() == (a.adam.steps > 0 ? size(a.of) : 0) && a.variance.size() == a.mean.size();
    const RssmSettings& s = d_.learner.model.settings;
    for (const double a : actions_) whole = whole && a >= 0 && a < static_cast<double>(s.actions);
    for (const double o : observations_) whole = whole && o >= 0 && o < static_cast<double>(s.observations);
    if (const auto* discrete = std::get_if<DiscreteReward>(&*s.reward))
      whole = whole && met_.size() <= static_cast<std::size_t>(discrete->classes);
    return whole;
  }

  void write() {
    d_.memory.clear();
    std::size_t next = 0;
    for (const double length : lengths_) {
      Trajectory& t = d_.memory.emplace_back();
      for (auto n = static_cast<std::size_t>(length); n > 0; --n, ++next) {
        t.actions.push_back(static_cast<std::size_t>(actions_[next]));
        t.observations.push_back(static_cast<std::size_t>(observations_[next]));
        t.rewards.push_back(rewards_[next]);
      }
    }
    if (auto* discrete = std::get_if<DiscreteReward>(&*d_.learner.model.settings.reward))
      discrete->values = met_;
    const Parameters slow = parameters(d_.agent.slow);
    const std::vector<Tensor> values = tensors_like(slow, slow_);
    for (std::size_t i = 0; i < slow.size(); ++i) slow[i]->value = values[i];
    d_.agent.mean = returns_[0];
    d_.agent.deviation = returns_[1];
    for (KeptAdam& a : adams_)
      if (!a.mean.empty()) {
        a.adam.means = tensors_like(a.of, a.mean);
        a.adam.variances = tensors_like(a.of, a.variance);
      }
  }

 private:
  Dreamer& d_;
  TrainingState state_;
  std::vector<KeptAdam> adams_;
  std::vector<double> lengths_, actions_, observations_, rewards_, met_, slow_, returns_;
};

}  // namespace

void save_dreamer(const std::filesystem::path& path, const Dreamer& d, const DreamerNotes& notes) {
  // A checkpoint is described by pointers to what it reads and writes; here it only reads.
  DreamerNotes kept_notes = notes;
  KeptDreamer kept(const_cast<Dreamer&>(d), kept_notes);
  kept.read();
  save_checkpoint(path, kept.state());
}

void load_dreamer(const std::filesystem::path& path, Dreamer& d, DreamerNotes& notes) {
  KeptDreamer kept(d, notes);
  load_checkpoint(path, kept.state());
  if (!kept.is_whole())
    throw FileError(path.string(), "found arrays of different episodes, expected a checkpoint of an agent");
  kept.write();
}

}  // namespace doxa
