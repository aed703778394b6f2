// What happens to a job, told as it happens.
#pragma once

#include <chrono>

#include "platform/runtime/awaitable.h"
#include "services/conversion/domain/media.h"
#include "services/conversion/domain/source_probe.h"

namespace descant::conversion::app {

struct Progress {
  double fraction = 0;                        // of the whole job, 0 to 1, never falls
  double speed = 0;                           // media seconds per second; 0: not known
  std::chrono::duration<double> remaining{};  // 0: not known
};

// How much there is of what can be played.
enum class Extent {
  kGrowing,  // its first segments; a failure may still take it back
  kWhole,    // from beginning to end: it stays, whatever becomes of the job
};

// Progress may be told while a call that tells something else is under way.
class JobEvents {
 public:
  virtual ~JobEvents() = default;
  virtual awaitable<void> Accepted() = 0;
  virtual awaitable<void> Probed(SourceProbe probe) = 0;
  virtual awaitable<void> Progressed(Progress progress) = 0;
  // At most once for each extent.
  virtual awaitable<void> Playable(Result so_far, Extent extent) = 0;
};

}  // namespace descant::conversion::app
