// Coroutines of one loop that wait in line for something, each until a time of its own.
#pragma once

#include <chrono>
#include <deque>
#include <string>

#include "platform/postgres/errors.h"
#include "platform/runtime/promise.h"

namespace descant::postgres {

class Line {
 public:
  using Clock = std::chrono::steady_clock;

  bool empty() const { return waiting_.empty(); }

  // Returns when it is the caller's turn; throws ConnectionLost when that was not before `until`.
  awaitable<void> Wait(Clock::time_point until) {
    const runtime::Promise<runtime::Nothing> turn;
    waiting_.push_back({turn, until});
    co_await turn.Wait();
  }

  // False when nobody waits.
  bool WakeFirst() {
    if (waiting_.empty()) return false;
    waiting_.front().turn.Set({});
    waiting_.pop_front();
    return true;
  }

  void WakeAll() {
    while (WakeFirst()) {
    }
  }

  // Ends the waits that are over. All who wait in one line have the same patience, so the first is over
  // first.
  void Expire(Clock::time_point now, const std::string& why) {
    while (!waiting_.empty() && waiting_.front().until <= now) {
      waiting_.front().turn.Fail(ConnectionLost(why));
      waiting_.pop_front();
    }
  }

 private:
  struct Waiter {
    runtime::Promise<runtime::Nothing> turn;
    Clock::time_point until;
  };
  std::deque<Waiter> waiting_;
};

}  // namespace descant::postgres
