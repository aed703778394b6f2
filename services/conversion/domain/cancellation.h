// Word that a job is no longer wanted, for those who work on it. On one event loop; not thread-safe.
#pragma once

#include <functional>
#include <list>

namespace descant::conversion {

class Cancellation {
 public:
  // Listens as long as it lives.
  class Listener {
   public:
    Listener(Cancellation& cancellation, std::function<void()> notify);
    ~Listener();
    Listener(const Listener&) = delete;
    Listener& operator=(const Listener&) = delete;

   private:
    Cancellation& cancellation_;
    std::list<std::function<void()>>::iterator place_;
  };

  bool requested() const { return requested_; }
  void Request();  // notifies at once, the first time

  // Throws Error kCancelled when it was requested.
  void Check() const;

 private:
  bool requested_ = false;
  std::list<std::function<void()>> listeners_;
};

}  // namespace descant::conversion
