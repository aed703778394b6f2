// How many jobs may run at a time, over all cores: as many as there are slots, and one of sound alone beside
// them, which needs little and should not wait for as long as a film takes. Chunks of other workers' jobs
// have the slots that no job wants: a job that finds none free has a chunk give way, and for a while no other
// chunk gets in before it.
#pragma once

#include <chrono>
#include <functional>
#include <list>
#include <mutex>
#include <optional>

#include "services/conversion/domain/plan.h"

namespace descant::conversion::app {

class JobSlots {
  using Chunks = std::list<std::function<void()>>;

 public:
  // Held while a job or a chunk runs. The slots have to outlive it.
  class Slot {
   public:
    Slot(const Slot&) = delete;
    Slot& operator=(const Slot&) = delete;
    ~Slot();

   private:
    friend class JobSlots;
    Slot(JobSlots& slots, int& taken, std::optional<Chunks::iterator> chunk = {})
        : slots_(slots), taken_(taken), chunk_(chunk) {}
    JobSlots& slots_;
    int& taken_;
    std::optional<Chunks::iterator> chunk_;
  };

  // `jobs_first`: how long chunks stay out after a job was refused.
  explicit JobSlots(int most, std::chrono::milliseconds jobs_first = std::chrono::seconds(10))
      : most_(most), jobs_first_(jobs_first) {}

  // For a job. Throws Error kResourceExhausted `busy` when all that it may have are taken. Thread-safe.
  Slot Take(MediaKind kind);
  // The same for a chunk. `give_way`: ends it soon; called once at most, from any thread.
  Slot TakeForChunk(std::function<void()> give_way);

 private:
  std::mutex mutex_;
  int taken_ = 0;
  int taken_by_sound_ = 0;  // of the one beside them
  Chunks chunks_;           // that were not asked to give way; the one that came last at the end
  std::chrono::steady_clock::time_point chunks_wait_until_;
  int most_;
  std::chrono::milliseconds jobs_first_;
};

}  // namespace descant::conversion::app
