
#include "doxa/autograd/internal/number_text.h"
#include "sections.h"

using namespace doxa;
using namespace doxa::support;

const std::vector<RssmVariant>& rssm_variants() {
  using Summary = RssmSettings::Summary;
  using Inference = RssmSettings::Inference;
  constexpr bool gaussian = false, categorical = true;
  const auto balance = [](double share) { return RssmObjective{.kl_balance = static_cast<Real>(share)}; };
  static const std::vector<RssmVariant> all{
      {"planet", Summary::latents, gaussian},
      {"belief", Summary::observations, gaussian},
      {"discrete", Summary::latents, categorical, Inference::filtering, balance(0.95)},
      {"discrete-plain", Summary::latents, categorical, Inference::filtering, {}, Part::balance},
      {"discrete-0.5", Summary::latents, categorical, Inference::filtering, balance(0.5), Part::balance},
      {"discrete-0.8", Summary::latents, categorical, Inference::filtering, balance(0.8), Part::balance},
      {"multi-sample", Summary::latents, gaussian, Inference::filtering, {.samples = 4}, Part::table},
      {"smoothing", Summary::latents, gaussian, Inference::smoothing, {}, Part::table},
      {"free-nats",
       Summary::observations,
       gaussian,
       Inference::filtering,
       {.free_nats = Real(0.1)},
       Part::table},
      {"discrete-belief", Summary::both, categorical, Inference::filtering, balance(0.95), Part::table},
  };
  return all;
}

namespace {

// A number from 0 to `most`.
std::optional<double> number_up_to(double most, const std::string& text) {
  const DecimalReading number = read_decimal(text);
  if (!number.in_range() || !(number.value >= 0 && number.value <= most)) return {};
  return number.value;
}

std::string fault(const VariantChanges& c, const BeliefSettings& s) {
  const auto found = [](const char* flag, const std::string& value, const char* expected) {
    return std::string(flag) + ": found '" + value + "', expected " + expected;
  };
  if (!c.kl_balance.empty() && c.kl_balance != "none" && !number_up_to(1, c.kl_balance))
    return found("--kl-balance", c.kl_balance, "a number from 0 to 1, or none");
  if (!c.free_nats.empty() && !number_up_to(1e6, c.free_nats))
    return found("--free-nats", c.free_nats, "a number from 0 to 1000000");
  const bool objective = !c.kl_balance.empty() || !c.free_nats.empty();
  if (s.variant == "all" && (objective || !c.summary.empty()))
    return found("--variant", "all", "the one that --summary, --kl-balance or --free-nats changes");
  if (s.variant == "multi-sample" && objective)
    return found("--variant", s.variant,
                 "another one beside --kl-balance or --free-nats, which have no place in (11.8)");
  return {};
}

}  // namespace

void add_flags(Arguments& arguments, VariantChanges& c, const BeliefSettings& s) {
  arguments.text("summary", "NAME", c.summary,
                 "what the summary of the variant is fed: latents, observations or both (default: as the "
                 "variant has it)");
  arguments.text("kl-balance", "A", c.kl_balance,
                 "α of (11.6), from 0 to 1, or none for the bound itself (default: as the variant has it)");
  arguments.text("free-nats", "F", c.free_nats,
                 "nats a step below which the KL costs nothing, (11.9) (default: as the variant has it)");
  for (const char* flag : {"summary", "kl-balance", "free-nats"}) arguments.needs(flag, "variant");
  arguments.must_hold([&]() -> std::string {
    if (!c.summary.empty() && c.summary != "latents" && c.summary != "observations" && c.summary != "both")
      return "--summary: found '" + c.summary + "', expected latents, observations or both";
    return fault(c, s);
  });
}

RssmVariant changed(RssmVariant v, const VariantChanges& c) {
  if (c.summary == "latents") v.summary = RssmSettings::Summary::latents;
  if (c.summary == "observations") v.summary = RssmSettings::Summary::observations;
  if (c.summary == "both") v.summary = RssmSettings::Summary::both;
  if (c.kl_balance == "none")
    v.objective.kl_balance.reset();
  else if (!c.kl_balance.empty())
    v.objective.kl_balance = static_cast<Real>(*number_up_to(1, c.kl_balance));
  if (!c.free_nats.empty()) v.objective.free_nats = static_cast<Real>(*number_up_to(1e6, c.free_nats));
  return v;
}

RssmSettings settings_for(const RssmVariant& v, const BeliefSettings& s, Index actions, Index observations) {
  RssmSettings sizes{.actions = actions,
                     .observations = observations,
                     .hidden = s.hidden,
                     .summary = v.summary,
                     .inference = v.inference};
  // A discrete latent that is to carry an observation needs a class for each. It has twice as many, so that
  // two observations that share a class at first can separate.
  if (v.categorical)
    sizes.latent =
        CategoricalLatent{.classes = s.latent > 0 ? s.latent : std::clamp<Index>(2 * observations, 8, 64)};
  else
    sizes.latent = GaussianLatent{s.latent > 0 ? s.latent : 8};
  return sizes;
}

Index affordable_steps(const RssmSettings& sizes, const BeliefSettings& s, double budget) {
  Philox random;
  Rssm model(sizes, random);
  // Each weight of a matrix is used three times for each row: forward, and backward for the input and for the
  // weight.
  const double a_step =
      6 * static_cast<double>(count(parameters(model))) * static_cast<double>(s.batch * s.horizon);
  return std::clamp<Index>(static_cast<Index>(budget / a_step), 50, 20'000);
}
