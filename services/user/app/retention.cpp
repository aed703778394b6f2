#include "services/user/app/retention.h"

namespace descant::user::app {

namespace {

constexpr std::size_t kBite = 1000;

}  // namespace

Retention::Retention(Sessions& sessions, Changes& changes, Clock clock)
    : sessions_(sessions), changes_(changes), clock_(std::move(clock)) {}

awaitable<void> Retention::Purge() {
  const TimePoint now = clock_();
  while (co_await sessions_.Purge(now, kBite) == kBite) continue;
  while (co_await changes_.Purge(now - kChangesAreKept, kBite) == kBite) continue;
}

}  // namespace descant::user::app
