// Objects of the local driver appear whole: they are written beside the tree and renamed into it.
#pragma once

#include <filesystem>
#include <functional>
#include <string_view>

#include "platform/storage/file.h"

namespace descant::storage {

// Below the root; no keys begin with them.
inline constexpr std::string_view kStaging = ".staging";
inline constexpr std::string_view kParts = ".parts";
bool IsReserved(std::string_view key);

// Throws Error kInvalidArgument `invalid_key` unless an object of this driver may have the key.
void CheckObjectKey(std::string_view key);

// Writes an object by `fill`. Throws Error kInvalidArgument `invalid_key` for a target above or below another
// object's, what FailWith throws, and what `fill` throws: then nothing is left of it.
void Place(const std::filesystem::path& root, const std::filesystem::path& target,
           const std::function<void(const File& file)>& fill);

// All of what is left in `from`, behind what is in `to`.
void Copy(const File& from, const File& to);

}  // namespace descant::storage
