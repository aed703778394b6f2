#include "platform/postgres/pipelines.h"

#include <algorithm>

#include <boost/asio/redirect_error.hpp>

#include "platform/log/log.h"
#include "platform/runtime/runtime.h"

namespace descant::postgres {

namespace {

using namespace std::chrono_literals;

constexpr auto kPatience = 1s;
constexpr auto kHeldUp = 30ms;
constexpr std::chrono::milliseconds kFirstPause = 50ms;
constexpr std::chrono::milliseconds kLongestPause = 2s;

}  // namespace

Pipelines::Pipelines(asio::any_io_executor executor, ConnectionSettings settings, std::size_t count)
    : executor_(std::move(executor)), settings_(std::move(settings)) {
  for (std::size_t i = 0; i < count; ++i)
    slots_.push_back({.connection = nullptr, .pause = asio::steady_timer(executor_)});
}

void Pipelines::Start() {
  for (Slot& slot : slots_) runtime::Spawn(executor_, "database connection", Keep(shared_from_this(), slot));
}

awaitable<void> Pipelines::Keep(std::shared_ptr<Pipelines> self, Slot& slot) {
  auto pause = kFirstPause;
  while (!self->closed_) {
    const auto begun = Connection::Clock::now();
    const bool made = co_await self->Make(slot);
    if (made) {
      co_await slot.connection->Lost();
      if (!self->closed_) self->Report("the connection was lost");
      slot.connection.reset();
      if (Connection::Clock::now() - begun > kLongestPause) pause = kFirstPause;
    }
    if (self->closed_) break;
    slot.pause.expires_after(pause);
    pause = std::min(pause * 2, kLongestPause);
    boost::system::error_code cancelled;
    co_await slot.pause.async_wait(asio::redirect_error(asio::use_awaitable, cancelled));
  }
}

awaitable<bool> Pipelines::Make(Slot& slot) {
  try {
    auto connection = co_await Connection::Open(executor_, settings_);
    if (closed_) co_return false;
    slot.connection = std::move(connection);
  } catch (const ConnectionLost& error) {
    Report(error.why());
    co_return false;
  } catch (const std::exception& error) {
    Report(error.what());
    co_return false;
  }
  trouble_.clear();
  line_.WakeAll();
  co_return true;
}

// Says it once as long as nothing changes.
void Pipelines::Report(const std::string& trouble) {
  if (std::exchange(trouble_, trouble) != trouble)
    log::Warning("database is not reachable", {{"error", trouble}});
}

awaitable<std::shared_ptr<Connection>> Pipelines::Choose() {
  const auto self = shared_from_this();
  const auto until = Connection::Clock::now() + kPatience;
  while (true) {
    if (closed_) throw ConnectionLost("it is closed");
    std::shared_ptr<Connection> best;
    const auto now = Connection::Clock::now();
    for (const Slot& slot : slots_) {
      const auto& candidate = slot.connection;
      if (!candidate || !candidate->open()) continue;
      if (now - candidate->waiting_since(now) < kHeldUp) co_return candidate;
      if (!best || candidate->pending() < best->pending()) best = candidate;
    }
    if (best) co_return best;
    co_await line_.Wait(until);
  }
}

void Pipelines::CheckDeadlines(Connection::Clock::time_point now) {
  line_.Expire(now, trouble_);
  for (const Slot& slot : slots_) {
    if (slot.connection) slot.connection->CheckDeadlines(now);
  }
}

void Pipelines::Close() {
  closed_ = true;
  for (Slot& slot : slots_) {
    slot.pause.cancel();
    if (slot.connection) slot.connection->Close("it is closed");
  }
  line_.WakeAll();
}

}  // namespace descant::postgres
