#pragma once

#include <cstdint>
#include <string>

#include "services/conversion/domain/plan.h"

namespace descant::conversion::app {

// One attempt to convert one uploaded file.
struct Job {
  std::string id;
  std::string source_key;
  std::string target_prefix;  // of the job, without a slash at its end
  std::uint32_t attempt = 1;
  MediaKind kind = MediaKind::kAudio;

  // Attempts never share a path.
  std::string AttemptPrefix() const { return target_prefix + "/" + std::to_string(attempt); }
};

}  // namespace descant::conversion::app
