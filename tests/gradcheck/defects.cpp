#include <algorithm>
#include <array>

#include "mutants.h"

namespace doxa {
namespace {

struct Row {
  Defect defect;
  const char* name;
};

constexpr std::array table_of_defects{
    Row{Defect::sign, "sign"},
    Row{Defect::factor_two, "factor 2"},
    Row{Defect::factor_fine, "factor 1 + 1e-6"},
    Row{Defect::dropped_sum, "dropped broadcast sum"},
    Row{Defect::transposed, "transposed"},
    Row{Defect::permuted, "permuted entries"},
    Row{Defect::entry, "one entry wrong"},
    Row{Defect::entry_fine, "one entry wrong by 1e-6 of itself"},
    Row{Defect::missing_term, "missing term of a product rule"},
    Row{Defect::offset, "constant added to the gradient"},
    Row{Defect::jacobian_offset, "constant added to the Jacobian"},
    Row{Defect::assigned, "assigned, not accumulated"},
    Row{Defect::stopped, "stop_gradient in the wrong place"},
    Row{Defect::shifted, "off-by-one slice"},
    Row{Defect::exchanged, "two operands exchanged"},
    Row{Defect::output_for_input, "output in place of the input"},
    Row{Defect::last_output_missed, "last output missed"},
    Row{Defect::cotangent_ignored, "cotangent ignored"},
    Row{Defect::cotangent_magnitude, "magnitude of the cotangent"},
    Row{Defect::rounded, "entries rounded to 11 bits"},
    Row{Defect::not_reset, "second backward adds to the first"},
};

constexpr auto all_defects = [] {
  std::array<Defect, table_of_defects.size()> all{};
  for (std::size_t i = 0; i < table_of_defects.size(); ++i) all[i] = table_of_defects[i].defect;
  return all;
}();

}  // namespace

std::span<const Defect> defects() { return all_defects; }

const char* name(Defect defect) { return std::ranges::find(table_of_defects, defect, &Row::defect)->name; }

}  // namespace doxa
