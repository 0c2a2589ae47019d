#include "doxa/autograd/scope.h"

namespace doxa {

std::uint32_t ScopeTable::find(std::uint32_t outer, std::string_view name) {
  std::uint32_t scope = 1;
  while (scope < regions_.size() && (regions_[scope].outer != outer || last_name(scope) != name)) ++scope;
  if (scope == regions_.size()) {
    std::string path = regions_[outer].path;
    if (outer != 0) path += '/';
    const std::size_t begin = path.size();
    regions_.push_back({outer, begin, path.append(name)});
  }
  recent_[slot(outer, name)] = {outer, scope, name.data()};
  return scope;
}

}  // namespace doxa
