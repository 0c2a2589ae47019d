#include "sections.h"

using namespace doxa;
using namespace doxa::support;

void show_balance(Chapter& chapter, const Learned& learned, const std::vector<std::string>& names) {
  Table table({"variant", "α", {"nll", 4}, {"−bound", 4}, {"KL(q‖p)", 3}, {"memory score", 3}, {"± se", 1}});
  for (const char* name : {"discrete-plain", "discrete-0.5", "discrete-0.8", "discrete"}) {
    if (std::ranges::find(names, name) == names.end()) continue;
    const LearnedBelief& v = learned.score(name);
    const std::optional<Real> share = learned.models[learned.at(name)].model.objective.kl_balance;
    table.row({name, share ? Cell(significant(static_cast<double>(*share), 2)) : Cell("the bound"),
               v.score.memory.model, -v.score.mean_bound(), v.score.mean_kl(), v.score.memory.score,
               v.score.memory.standard_error});
    if (std::string_view(name) == "discrete") continue;  // of which report() keeps all
    for (const auto& [key, value] : {std::pair{".model_nll", v.score.memory.model},
                                     {".minus_bound", -v.score.mean_bound()},
                                     {".kl", v.score.mean_kl()},
                                     {".memory_score", v.score.memory.score},
                                     {".memory_score_se", v.score.memory.standard_error}})
      chapter.results.set(std::string(name) + key, value, spread_of_balance);
  }
  std::cout << "\nThe discrete variant, with its KL balanced by α\n\n" << table;
}
