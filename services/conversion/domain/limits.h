// How large a file may be that is worth a try.
#pragma once

#include <chrono>
#include <cstdint>

#include "services/conversion/domain/source_probe.h"

namespace descant::conversion {

struct Limits {
  std::int64_t max_bytes = std::int64_t{20} << 30;
  std::chrono::seconds max_duration{12 * 3600};
  std::int64_t max_pixels = 8192 * 4352;  // of one frame
  int max_streams = 64;
};

// Both throw Failure kLimitExceeded with the limit in words.
void CheckSize(std::int64_t bytes, const Limits& limits);
void CheckProbe(const SourceProbe& probe, const Limits& limits);

}  // namespace descant::conversion
