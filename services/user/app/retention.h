// Forgets what has served its time.
#pragma once

#include <chrono>

#include "services/user/app/clock.h"
#include "services/user/domain/change.h"
#include "services/user/domain/session.h"

namespace descant::user::app {

constexpr auto kChangesAreKept = std::chrono::days(30);

class Retention {
 public:
  Retention(Sessions& sessions, Changes& changes, Clock clock);

  // In small bites, until nothing is left to forget. Copies of the service may do it at the same time.
  awaitable<void> Purge();

 private:
  Sessions& sessions_;
  Changes& changes_;
  Clock clock_;
};

}  // namespace descant::user::app
