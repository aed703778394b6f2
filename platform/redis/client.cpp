#include "platform/redis/client.h"

#include <algorithm>

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>

#include "platform/log/log.h"
#include "platform/redis/connection.h"
#include "platform/runtime/runtime.h"

namespace descant::redis {

namespace {

using std::chrono::milliseconds;

constexpr std::size_t kMostPending = 4096;  // beyond that a cache is of no help
constexpr milliseconds kTick{25};           // one timer for all commands; it rests while there are none
constexpr milliseconds kHandshake{1000};
constexpr milliseconds kGiveUp{1000};  // a server that is stuck for so long is connected to anew
constexpr milliseconds kFirstPause{50};
constexpr milliseconds kLongestPause{2000};

// Nobody sees the field without an expiry, and the hash lives at least as long as its newest field.
constexpr std::string_view kHashSet =
    "redis.call('HSET', KEYS[1], ARGV[1], ARGV[2]) "
    "if redis.call('PTTL', KEYS[1]) < tonumber(ARGV[3]) then redis.call('PEXPIRE', KEYS[1], ARGV[3]) end "
    "return 1";

std::optional<std::string> TextOf(Reply reply) {
  return reply.kind == Reply::Kind::kText ? std::optional(std::move(reply.text)) : std::nullopt;
}

bool Done(const Reply& reply) { return reply.kind == Reply::Kind::kDone; }

}  // namespace

struct Client::State : std::enable_shared_from_this<State> {
  State(const asio::any_io_executor& loop, ClientSettings limits)
      : executor(loop), settings(std::move(limits)), pause(loop), clock(loop) {}

  // Makes the connection, again whenever it is lost.
  static awaitable<void> Keep(std::shared_ptr<State> self) {
    auto pause = kFirstPause;
    while (!self->closed) {
      const auto begun = Connection::Clock::now();
      std::string trouble;
      const std::shared_ptr<Connection> connection =
          co_await Connection::Open(self->executor, self->settings.address, trouble);
      if (self->closed) break;
      if (connection) co_await self->Use(connection, trouble);
      if (self->closed) break;
      self->Report(trouble);
      if (Connection::Clock::now() - begun > kLongestPause) pause = kFirstPause;
      self->pause.expires_after(pause);
      pause = std::min(pause * 2, kLongestPause);
      boost::system::error_code cancelled;
      co_await self->pause.async_wait(asio::redirect_error(asio::use_awaitable, cancelled));
    }
  }

  // Until it is lost; `trouble` says why. It serves once it has answered a first command.
  awaitable<void> Use(std::shared_ptr<Connection> made, std::string& trouble) {
    connection = made;
    StartClock();
    std::vector<std::string> hello{"PING"};
    if (!settings.password.empty()) hello = {"AUTH", settings.password};
    const Reply reply = co_await made->Command(hello, kHandshake);
    if (Done(reply)) {
      ready = true;
      last_trouble.clear();
      co_await made->Lost();
    } else {
      made->Close(reply.text.empty() ? "no answer" : reply.text);
    }
    ready = false;
    connection.reset();
    trouble = made->trouble();
  }

  // Says it once as long as nothing changes.
  void Report(const std::string& trouble) {
    if (std::exchange(last_trouble, trouble) == trouble) return;
    log::Warning("redis is not reachable", {{"address", settings.address}, {"error", trouble}});
  }

  // No answer at once when the server is behind: whoever asks is better off without the cache than waiting
  // for it.
  static awaitable<Reply> Command(std::shared_ptr<State> self, std::vector<std::string> arguments) {
    const std::shared_ptr<Connection> connection = self->connection;
    if (!self->ready || connection->late() || connection->pending() >= kMostPending) co_return Reply{};
    self->StartClock();
    co_return co_await connection->Command(arguments, self->settings.timeout);
  }

  void StartClock() {
    if (std::exchange(ticking, true)) return;
    clock.expires_after(kTick);
    clock.async_wait([self = shared_from_this()](const boost::system::error_code& error) {
      self->ticking = false;
      const std::shared_ptr<Connection> checked = self->connection;
      if (error || !checked) return;
      checked->CheckDeadlines(Connection::Clock::now(), kGiveUp);
      if (checked->pending() > 0) self->StartClock();
    });
  }

  void Close() {
    closed = true;
    ready = false;
    pause.cancel();
    clock.cancel();
    if (connection) connection->Close("it is closed");
  }

  asio::any_io_executor executor;
  ClientSettings settings;
  std::shared_ptr<Connection> connection;
  bool ready = false;
  bool closed = false;
  bool ticking = false;
  std::string last_trouble;
  asio::steady_timer pause;
  asio::steady_timer clock;
};

Client::Client(asio::any_io_executor executor, ClientSettings settings)
    : state_(std::make_shared<State>(executor, std::move(settings))) {
  runtime::Spawn(executor, "redis connection", State::Keep(state_));
}

Client::~Client() { state_->Close(); }

bool Client::connected() const { return state_->ready; }

awaitable<std::optional<std::string>> Client::Get(std::string key) {
  co_return TextOf(co_await State::Command(state_, {"GET", std::move(key)}));
}

awaitable<bool> Client::Set(std::string key, std::string value, milliseconds ttl) {
  if (ttl.count() <= 0) co_return false;
  co_return Done(co_await State::Command(
      state_, {"SET", std::move(key), std::move(value), "PX", std::to_string(ttl.count())}));
}

awaitable<std::optional<std::string>> Client::HashGet(std::string key, std::string field) {
  co_return TextOf(co_await State::Command(state_, {"HGET", std::move(key), std::move(field)}));
}

awaitable<bool> Client::HashSet(std::string key, std::string field, std::string value, milliseconds ttl) {
  if (ttl.count() <= 0) co_return false;
  co_return Done(
      co_await State::Command(state_, {"EVAL", std::string(kHashSet), "1", std::move(key), std::move(field),
                                       std::move(value), std::to_string(ttl.count())}));
}

awaitable<bool> Client::Delete(std::string key) {
  co_return Done(co_await State::Command(state_, {"UNLINK", std::move(key)}));
}

}  // namespace descant::redis
