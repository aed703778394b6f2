// Room for the files of a job while it runs.
#pragma once

#include <cstdint>
#include <filesystem>

#include "platform/runtime/awaitable.h"

namespace descant::conversion {

class Scratch {
 public:
  virtual ~Scratch() = default;

  // A new, empty folder that nobody else uses, with room for `bytes`. Throws Failure kScratchFull.
  virtual awaitable<std::filesystem::path> Make(std::int64_t bytes) = 0;
  // With all that is in it. Never throws.
  virtual awaitable<void> Remove(std::filesystem::path folder) = 0;
};

}  // namespace descant::conversion
