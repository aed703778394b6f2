// How many jobs may run at a time, over all cores.
#pragma once

#include <atomic>

namespace descant::conversion::app {

class JobSlots {
 public:
  // Held while a job runs. The slots have to outlive it.
  class Slot {
   public:
    Slot(const Slot&) = delete;
    Slot& operator=(const Slot&) = delete;
    ~Slot() { --slots_.taken_; }

   private:
    friend class JobSlots;
    explicit Slot(JobSlots& slots) : slots_(slots) {}
    JobSlots& slots_;
  };

  explicit JobSlots(int most) : most_(most) {}

  // Throws Error kResourceExhausted `busy` when all are taken. Thread-safe.
  Slot Take();

 private:
  std::atomic<int> taken_{0};
  int most_;
};

}  // namespace descant::conversion::app
