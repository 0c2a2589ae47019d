// Chapter 06: a variational auto-encoder on data whose true density is known, so that every bound has an
// exact answer to be compared with. The equations are numbered as in README.md and rate.md.

#include "figures.h"

using namespace doxa;
using namespace doxa::support;

namespace {

constexpr int quick_steps = 4000;

// Whether models of this size and batches of this kind come to what the text claims of them.
bool trains_as_in_the_text(const Settings& s) {
  const Settings text;
  return s.batch >= text.batch && s.hidden >= text.hidden && s.scale == text.scale;
}

class Sections {
 public:
  explicit Sections(Settings& settings) : settings_(settings) {}

  void broken(Chapter& chapter) { ::broken(chapter, prepared(chapter).settings); }

  void bound(Chapter& chapter) {
    Experiment& e = prepared(chapter);
    std::cout << e.data.name << ": " << e.data.description << ".\nA fresh batch of " << settings_.batch
              << " each step, two latents, networks of two hidden layers of " << settings_.hidden
              << " units.\n\n";
    Fitted& by_elbo = model(e, 1, chapter.seed());
    report_terms(chapter, by_elbo.curve, by_elbo.averages);
    const Scores& s = scores(e, 1, chapter.seed());
    report_scores(chapter, s, by_elbo.averages);
    chapter.figure("film", film_figure(e.lattice, e.held_out, by_elbo.curve));
    chapter.figure("latent", latent_figure(by_elbo.vae, e.held_out));
    const bool as_in_the_text = says_where_training_ends(chapter);
    claim_scores(chapter, s, by_elbo.averages, e.lattice,
                 check_identity(by_elbo.vae, e.held_out, settings_.checked), as_in_the_text);
    if (as_in_the_text) claim_gain(chapter, by_elbo.averages);
  }

  void weights(Chapter& chapter) {
    Experiment& e = prepared(chapter);
    ::weights(chapter, model(e, 1, chapter.seed()).vae, e.held_out, scores(e, 1, chapter.seed()),
              says_where_training_ends(chapter));
  }

  void many(Chapter& chapter) {
    Experiment& e = prepared(chapter);
    compare(chapter, e, says_where_training_ends(chapter) && settings_.samples >= Settings().samples);
  }

  void aggregate(Chapter& chapter) {
    Experiment& e = prepared(chapter);
    Fitted& by_elbo = model(e, 1, chapter.seed());
    const Surgery surgery = operate(by_elbo.vae, e.data, e.nodes, settings_.held_out, chapter.seed());
    report_surgery(chapter, surgery, by_elbo.averages);
    claim_surgery(chapter, surgery, by_elbo.averages);
    chapter.figure("aggregate", aggregate_figure(surgery));
  }

  void collapse(Chapter& chapter) {
    Experiment& e = prepared(chapter);
    const Training side{.steps = settings_.collapse_steps, .batch = settings_.batch};
    const Collapse collapsed =
        ::collapse(e.data, e.lattice, side, settings_.four_latent_steps, settings_.hidden, chapter.seed());
    report_collapse(chapter, collapsed);
    claim_collapse(chapter, collapsed);
    if (trains_as_in_the_text(settings_)) claim_trained_collapse(chapter, collapsed);
    chapter.figure("collapse", collapse_figure(collapsed));
  }

 private:
  Experiment& prepared(Chapter& chapter) {
    if (experiment_) return *experiment_;
    if (chapter.quick()) {
      settings_.held_out = 600;
      settings_.importance_samples = 200;
      settings_.checked = 4;
      settings_.spacing = 0.06;
      settings_.finer = 1;
      settings_.many_batch = 16;
      settings_.collapse_steps = 400;
      settings_.four_latent_steps = 1000;
    }
    chapter.results.set("data", settings_.data);
    return experiment_.emplace(settings_, chapter.seed());
  }

  bool says_where_training_ends(Chapter& chapter) {
    const bool alike = trains_as_in_the_text(settings_),
               long_enough = settings_.steps >= (chapter.quick() ? quick_steps : Settings().steps);
    if ((!alike || !long_enough) && !said_)
      std::cout << (alike ? "Fewer steps than in" : "Another model or another training than in")
                << " the text: claims about what training reaches are left out.\n\n";
    said_ = true;
    return alike && long_enough;
  }

  Settings& settings_;
  std::optional<Experiment> experiment_;
  bool said_ = false;
};

}  // namespace

int main(int argc, char** argv) {
  Arguments arguments("06-vae", "A variational auto-encoder against the truth");
  Settings settings;
  arguments.choice("data", settings.data, data_names, "data to learn");
  arguments.integer("samples", settings.samples, {2, 1000}, "K of the bound that the second model learns by");
  arguments.integer("steps", settings.steps, {1, 10'000'000, quick_steps}, "training steps");
  arguments.integer("batch", settings.batch, {1, 65'536}, "data a step");
  arguments.integer("hidden", settings.hidden, {1, 1024}, "units in each hidden layer");
  arguments.positive("scale", settings.scale, "noise scale s before training");
  arguments.positive("broken-scale", settings.broken_scale,
                     "the same in the second training of section broken");
  arguments.positive("broken-rate", settings.broken_rate, "learning rate of both trainings there");
  arguments.integer("broken-steps", settings.broken_steps, {1, 10'000'000, 400}, "and their steps");
  Sections sections(settings);
  const auto part = [&](const char* name, void (Sections::*run)(Chapter&)) {
    return Section{name, [&sections, run](Chapter& chapter) { (sections.*run)(chapter); }};
  };
  return run_chapter(arguments, argc, argv,
                     {part("broken", &Sections::broken), part("bound", &Sections::bound),
                      part("weights", &Sections::weights), part("many", &Sections::many),
                      part("aggregate", &Sections::aggregate), part("collapse", &Sections::collapse)});
}
