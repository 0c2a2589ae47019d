#pragma once

#include <filesystem>
#include <vector>

#include "page.h"

namespace doxa::quotes {

// The numbers of a chapter's page that nothing holds (see page.h for what holds one); none for other pages. A
// chapter's folder is named NN-name.
std::vector<Difference> unbound_numbers(const std::filesystem::path& page);

}  // namespace doxa::quotes
