#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "support/claims.h"
#include "support/results.h"

namespace doxa::support {

// The claim that a run repeats the results committed beside its chapter, which its text quotes: the largest
// |fresh − committed| / tolerance is at most 1. The tolerance of a number is
//
//   its own, where `tolerances` has one                      (what comes of training or of rounding)
//   claim.N.got: twice claim N's tolerance                   (both runs are within it of the same answer)
//   1e-9 of its size, and of 1e-3 for what is smaller        (exact but for another machine's rounding)
//
// Not compared are times (names that end in "seconds"), texts but for the sentences of claims, and numbers of
// claims that state an inequality, which hold or fail by themselves. A name that only one of the two has is a
// difference beyond every tolerance.
Claim agrees_with_committed(const ResultsFile& fresh, const ResultsFile& committed,
                            const std::vector<Claim>& claims,
                            const std::map<std::string, double>& tolerances);

// The sum by which two files of equal content are known, as hexadecimal digits: 64-bit FNV-1a.
std::string checksum(const std::string& bytes);

}  // namespace doxa::support
