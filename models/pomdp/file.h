#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "doxa/models/files/file.h"
#include "doxa/models/pomdp/pomdp.h"

namespace doxa {

// The .pomdp file format of Cassandra's pomdp-solve, read strictly:
//
//   discount: 0.95   values: reward|cost   states: N or names   actions: …   observations: …   (any order)
//   start: p p … | uniform | state       start include: states       start exclude: states     (optional)
//   T: a : s : s' p      T: a : s   p p … | uniform | reset      T: a   matrix | uniform | identity
//   O: a : s' : o p      O: a : s'  p p … | uniform              O: a   matrix | uniform
//   R: a : s : s' : o r  R: a : s : s'  r r …                    R: a : s  matrix (next state x observation)
//
// `*` stands for all, an index is as good as a name, line ends mean nothing, # starts a comment, and the last
// entry written wins. The text may begin with a UTF-8 byte order mark. Probabilities have no sign. Rows must
// sum to 1 within 1e-5 and are then normalised; rewards are 0 where not given, and `cost` negates them.

// Limits of what is read. Reading a hostile file takes well under 1 GB, and so do some dozens of beliefs over
// the states of the largest model that is accepted.
inline constexpr std::size_t max_set_size = 1u << 17;    ///< states, actions or observations
inline constexpr std::size_t max_table_rows = 1u << 22;  ///< actions x states
inline constexpr std::size_t max_file_bytes = 1u << 26;
inline constexpr std::size_t max_non_zeros = 1u << 24;    ///< probabilities of one table other than 0
inline constexpr std::size_t max_spelled_out = 1u << 26;  ///< entries of one table that wildcards stand for

/// Reads a model from a text; `file` names it in errors. Throws FileError at the first fault. Files of other
/// formats (POMDPX, gzip, UTF-16 …) and lines of other dialects (`goals:`, `prio 1:` …) are named as such.
Pomdp parse_pomdp(std::string_view text, const std::string& file = "pomdp");

/// Reads a model from a file. Throws FileError, also where the file cannot be read.
Pomdp read_pomdp(const std::filesystem::path& path);

/// One repair of the lenient reader: where, what was found, and how it was read, as in "found 'rewards',
/// expected 'reward' or 'cost': read as 'reward'". Line and column count from 1, columns in bytes.
struct PomdpRepair {
  std::size_t line = 0, column = 0;
  std::string text;

  bool operator==(const PomdpRepair&) const = default;
};

/// Reads leniently: the model, and the repairs that were needed, in the order of the file. A well-formed file
/// gives the same model as parse_pomdp and no repair. These faults are repaired:
///   - `values: rewards` and `costs`; a missing discount is 1, missing values are rewards,
///   - `start: a b` and `start: include a b`, read as `start include: a b`,
///   - a row or a start distribution that does not sum to 1: normalised, unless its sum is 0 or infinite,
///   - a colon too many before a number, a row, a matrix or a word that stands for one,
///   - too few or too many probabilities of a table, where exactly one reading makes every row sum to 1: one
///     row meant for all, surplus zeros after the last row, or surplus zeros at the end of every row,
///   - one reward where a row or a matrix of them belongs: it is the reward of all.
/// Throws FileError at the first fault of another kind.
struct LenientPomdp {
  Pomdp model;
  std::vector<PomdpRepair> repairs;
};
LenientPomdp parse_pomdp_lenient(std::string_view text, const std::string& file = "pomdp");
LenientPomdp read_pomdp_lenient(const std::filesystem::path& path);

/// The text of a model, which reads back to the same model, bit for bit, if its rows are normalised and store
/// no zeros (as those of every model read from a file). Throws std::invalid_argument for a model that is not
/// valid, or that has names which the format cannot spell.
std::string format_pomdp(const Pomdp& m);

/// Whether a .pomdp file can spell this name: [A-Za-z][A-Za-z0-9_-]* and not one of the format's own words.
bool is_pomdp_name(std::string_view name);

}  // namespace doxa
