#include "support/run_files.h"

#include <system_error>

#include "doxa/models/files/file.h"

namespace doxa::support {
namespace {

namespace fs = std::filesystem;

bool is_in(const RunFile& folder, const fs::path& file) {
  if (!file.filename().string().ends_with(*folder.ending)) return false;
  const fs::path parent = file.parent_path();
  return lead_to_same_file(parent.empty() ? fs::path(".") : parent, folder.path);
}

// The path by which a file is one of a folder's. A file of the folder may be a link to it.
std::optional<fs::path> member(const RunFile& folder, const fs::path& file) {
  if (is_in(folder, file)) return file;
  std::error_code none;
  for (fs::directory_iterator entry(folder.path, none), end; !none && entry != end; entry.increment(none))
    if (entry->path().filename().string().ends_with(*folder.ending) && lead_to_same_file(entry->path(), file))
      return entry->path();
  // The file may be a link to what is not yet in the folder.
  if (const fs::path target = fs::read_symlink(file, none); !none)
    if (const fs::path to = file.parent_path() / target; is_in(folder, to)) return to;
  return {};
}

// What both name.
std::optional<fs::path> shared(const RunFile& a, const RunFile& b) {
  if (a.path.empty() || b.path.empty() || (a.ending && b.ending)) return {};
  if (a.ending) return member(a, b.path);
  if (b.ending) return member(b, a.path);
  if (!lead_to_same_file(a.path, b.path)) return {};
  return b.written ? b.path : a.path;
}

}  // namespace

std::string conflict(const std::vector<RunFile>& files) {
  for (std::size_t i = 0; i < files.size(); ++i)
    for (std::size_t k = 0; k < i; ++k) {
      const RunFile &a = files[k], &b = files[i];
      if (!a.written && !b.written) continue;
      if (!a.continues.empty() && a.continues == b.continues) continue;
      const auto file = shared(a, b);
      if (!file) continue;
      const std::string found = "found '" + file->string() + "' ";
      if (a.written && b.written)
        return found + "written by both " + a.flag + " and " + b.flag + ", expected two files";
      return found + "read by " + (a.written ? b : a).flag + " and written by " + (a.written ? a : b).flag +
             ", expected two files";
    }
  return {};
}

}  // namespace doxa::support
