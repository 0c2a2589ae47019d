#include <functional>

#include "doxa/models/beliefs/rssm_bound.h"
#include "doxa/models/pomdp/belief.h"
#include "sections.h"

using namespace doxa;
using namespace doxa::support;

namespace {

constexpr std::size_t draws = 500;

// A variant along an episode: of one draw of s_k the class, or of a Gaussian one the coordinate that its
// posterior moves most; and the two terms of each step, averaged over many draws.
struct Draw {
  bool categorical;
  std::vector<double> latent, log_likelihood, kl;
};

Cell decimals(double value) {
  Cell cell(decimal(value, 2));
  cell.is_number = true;
  return cell;
}

Draw draw(RssmLearner& learner, const Trajectory& t) {
  Tape tape;
  const Evaluation evaluation(tape);
  Philox random(11);
  const std::vector<Trajectory> copies(draws, t);
  const RssmTerms terms = rssm_terms(tape, learner.model, episodes(copies), random);
  const RssmLatent& family = learner.model.settings.latent;
  const auto width = static_cast<std::size_t>(latent_size(family)), steps = t.horizon(),
             parameters = static_cast<std::size_t>(latent_parameters(family));
  Draw d{std::holds_alternative<CategoricalLatent>(family), {}, {}, {}};
  const auto s = terms.latent.value(), q = terms.posterior.value();
  std::size_t most = 0;
  double widest = -1;
  for (std::size_t i = 0; i < width && !d.categorical; ++i) {
    double sum = 0, squares = 0;
    for (std::size_t k = 0; k < steps; ++k) {
      const double mean = static_cast<double>(q[k * draws * parameters + i]);
      sum += mean;
      squares += mean * mean;
    }
    const double n = static_cast<double>(steps), variance = squares / n - sum * sum / n / n;
    if (variance > widest) widest = variance, most = i;
  }
  for (std::size_t k = 0; k < steps; ++k) {
    const auto row = s.subspan(k * draws * width, width);
    d.latent.push_back(d.categorical ? static_cast<double>(std::ranges::max_element(row) - row.begin())
                                     : static_cast<double>(row[most]));
    const auto mean = [&](Var of) {
      return estimate_mean(series(of.value().subspan(k * draws, draws), std::identity())).mean;
    };
    d.log_likelihood.push_back(mean(terms.bound.log_likelihood));
    d.kl.push_back(mean(terms.bound.kl));
  }
  return d;
}

}  // namespace

void one_episode(Chapter& chapter, Learned& learned) {
  const Pomdp& m = learned.data.pomdp;
  const Trajectory& t = learned.data.held_out[0];
  const std::size_t shown = std::min<std::size_t>(12, t.horizon());
  std::vector<Column> columns{"k", "did", "saw", "b(" + m.states[0] + ")", "surprise"};
  std::vector<Draw> all;
  for (BeliefVariant<RssmLearner>& v : learned.models) {
    all.push_back(draw(v.model, t));
    columns.insert(columns.end(), {v.name + ": s", Column{"KL"}, Column{"−log p"}});
  }
  Table table(columns);
  Belief belief = initial_belief(m);
  std::vector<double> p(m.observations.size()), sums(1 + 3 * all.size(), 0.0);
  for (std::size_t k = 0; k < shown; ++k) {
    predict(m, belief, t.actions[k]);
    predictive(m, belief, t.actions[k], p);
    condition(m, belief, t.actions[k], t.observations[k]);
    std::vector<Cell> row{k + 1, m.actions[t.actions[k]], m.observations[t.observations[k]],
                          decimals(probability(belief, 0))};
    std::size_t column = 0;
    const auto add = [&](double value) {
      sums[column++] += value;
      row.push_back(decimals(value));
    };
    add(-std::log(p[t.observations[k]]));
    chapter.results.set("episode.belief." + std::to_string(k + 1), probability(belief, 0));
    chapter.results.set("episode.surprise." + std::to_string(k + 1), -std::log(p[t.observations[k]]));
    for (std::size_t i = 0; i < all.size(); ++i) {
      const Draw& d = all[i];
      const std::string key = "episode." + learned.models[i].name + ".", at = "." + std::to_string(k + 1);
      row.push_back(d.categorical ? Cell(static_cast<std::size_t>(d.latent[k])) : decimals(d.latent[k]));
      ++column;
      add(d.kl[k]);
      add(-d.log_likelihood[k]);
      // Which class stands for what, and the sign of a coordinate, are left to chance.
      chapter.results.set(key + "s" + at, d.latent[k], 20);
      chapter.results.set(key + "kl" + at, d.kl[k], 1);
      chapter.results.set(key + "minus_log_p" + at, -d.log_likelihood[k], 1.5);
    }
    table.row(row);
  }
  chapter.results.set("episode.surprise.sum", sums[0]);
  for (std::size_t i = 0; i < all.size(); ++i) {
    const std::string key = "episode." + learned.models[i].name;
    chapter.results.set(key + ".kl.sum", sums[2 + 3 * i], 3);
    chapter.results.set(key + ".minus_log_p.sum", sums[3 + 3 * i], 3);
  }
  std::vector<Cell> row{"sum", "", "", ""};
  for (std::size_t i = 0; i < sums.size(); ++i) row.push_back(i % 3 == 1 ? Cell("") : decimals(sums[i]));
  table.row(row);
  std::cout
      << "One held-out episode: what was done and seen, the exact belief after it, and its surprise to the "
         "exact\nfilter, −log p(o_k | past); of each model a sample of s_k (its class, or the coordinate "
         "that moves most),\nand the two terms of (11.3), averaged over 500 samples\n\n"
      << table << '\n';
}
