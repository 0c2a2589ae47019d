#pragma once

#include <string>

namespace doxa::support {

class Chapter;

// What a run has shown, as a page that a browser opens where it lies: claims, which unfold to their numbers,
// tables and figures. The figures are the files beside it.
std::string run_page(const Chapter& chapter);

}  // namespace doxa::support
