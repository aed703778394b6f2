// What happens to a job, told as it happens.
#pragma once

#include <chrono>
#include <string>

#include "platform/runtime/awaitable.h"
#include "services/conversion/domain/source_probe.h"

namespace descant::conversion::app {

struct Progress {
  double fraction = 0;                        // of the whole job, 0 to 1, never falls
  double speed = 0;                           // media seconds per second; 0: not known
  std::chrono::duration<double> remaining{};  // 0: not known
};

class JobEvents {
 public:
  virtual ~JobEvents() = default;
  virtual awaitable<void> Accepted() = 0;
  virtual awaitable<void> Probed(SourceProbe probe) = 0;
  virtual awaitable<void> Progressed(Progress progress) = 0;
  virtual awaitable<void> Playable(std::string master_key) = 0;
};

}  // namespace descant::conversion::app
