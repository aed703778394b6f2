#include "services/conversion/app/job_slots.h"

#include <utility>

#include "platform/base/error.h"

namespace descant::conversion::app {

namespace {

using Clock = std::chrono::steady_clock;

[[noreturn]] void Busy() {
  throw Error(ErrorKind::kResourceExhausted, "busy", "As many jobs run here as may.")
      .RetryAfter(std::chrono::seconds(1));
}

}  // namespace

JobSlots::Slot::~Slot() {
  const std::lock_guard lock(slots_.mutex_);
  --taken_;
  if (chunk_) slots_.chunks_.erase(*chunk_);
}

JobSlots::Slot JobSlots::Take(MediaKind kind) {
  std::function<void()> give_way;
  {
    const std::lock_guard lock(mutex_);
    if (kind == MediaKind::kAudio && taken_by_sound_ == 0) {
      ++taken_by_sound_;
      return Slot(*this, taken_by_sound_);
    }
    if (taken_ < most_) {
      ++taken_;
      chunks_wait_until_ = {};
      return Slot(*this, taken_);
    }
    chunks_wait_until_ = Clock::now() + jobs_first_;
    // The one that came last has least to lose. Its place stays until it has ended.
    for (auto chunk = chunks_.rbegin(); chunk != chunks_.rend() && !give_way; ++chunk)
      give_way = std::exchange(*chunk, nullptr);
  }
  if (give_way) give_way();
  Busy();
}

JobSlots::Slot JobSlots::TakeForChunk(std::function<void()> give_way) {
  const std::lock_guard lock(mutex_);
  if (taken_ >= most_ || Clock::now() < chunks_wait_until_) Busy();
  ++taken_;
  return Slot(*this, taken_, chunks_.insert(chunks_.end(), std::move(give_way)));
}

}  // namespace descant::conversion::app
