#include "doxa/models/pomdp/trajectory_file.h"

#include "doxa/models/files/file.h"
#include "doxa/models/pomdp/format/step_rows.h"

namespace doxa {

SeenTrajectory parse_trajectory(std::string_view text, const Pomdp& m, const std::string& file) {
  SeenTrajectory t;
  trajectory_format::read_step_rows(text, m, file, false, [&](const trajectory_format::StepRow& row) {
    t.actions.push_back(row.action);
    t.observations.push_back(row.observation);
  });
  return t;
}

SeenTrajectory read_trajectory(const std::filesystem::path& path, const Pomdp& m) {
  return parse_trajectory(read_whole_file(path, ".csv file", max_trajectory_bytes), m, path.string());
}

}  // namespace doxa
