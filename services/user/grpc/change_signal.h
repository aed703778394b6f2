// Wakes the streams of one core that wait for changes. No thread-safety: everything happens on that core.
#pragma once

#include <memory>
#include <set>

#include "platform/runtime/promise.h"

namespace descant::user {

class ChangeSignal {
 public:
  class Watcher;

  // There may be changes that have not been read.
  void Raise();

 private:
  // Shared, since at the end of the process streams may be destroyed after their signal.
  std::shared_ptr<std::set<Watcher*>> watchers_ = std::make_shared<std::set<Watcher*>>();
};

class ChangeSignal::Watcher {
 public:
  explicit Watcher(ChangeSignal& signal) : watchers_(signal.watchers_) { watchers_->insert(this); }
  ~Watcher() { watchers_->erase(this); }
  Watcher(const Watcher&) = delete;
  Watcher& operator=(const Watcher&) = delete;

  // Returns at once when woken since the last Wait returned, or since the watcher was made.
  awaitable<void> Wait();
  void Wake();

 private:
  std::shared_ptr<std::set<Watcher*>> watchers_;
  bool woken_ = false;
  runtime::Promise<runtime::Nothing> wake_;
};

}  // namespace descant::user
