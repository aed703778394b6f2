#include "services/conversion/app/job_slots.h"

#include <chrono>

#include "platform/base/error.h"

namespace descant::conversion::app {

JobSlots::Slot JobSlots::Take() {
  if (++taken_ > most_) {
    --taken_;
    throw Error(ErrorKind::kResourceExhausted, "busy", "As many jobs run here as may.")
        .RetryAfter(std::chrono::seconds(1));
  }
  return Slot(*this);
}

}  // namespace descant::conversion::app
