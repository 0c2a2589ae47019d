#pragma once

#include <string_view>

#include "outcome.h"

namespace doxa::fuzz {

/// Reads any bytes as a .safetensors file and throws std::logic_error, which names the property, unless
///   - they are read, or refused by a FileError of one short line "file: … found …, expected …", and by no
///     other exception;
///   - what is read has as many numbers as the file has bytes for, is written in a form that reads back
///     equal, and that form is written alike;
///   - each of its arrays makes a tensor of its shape, or is refused by name;
///   - a small run goes on with it as a checkpoint, and then writes the same; or refuses it unchanged.
Outcome check_safetensors_bytes(std::string_view bytes);

}  // namespace doxa::fuzz
