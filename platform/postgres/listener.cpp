#include "platform/postgres/listener.h"

#include <algorithm>

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>

#include "platform/log/log.h"
#include "platform/postgres/connection.h"
#include "platform/postgres/errors.h"
#include "platform/runtime/runtime.h"

namespace descant::postgres {

namespace {

using namespace std::chrono_literals;

constexpr std::chrono::milliseconds kFirstPause = 50ms;
constexpr std::chrono::milliseconds kLongestPause = 2s;

std::string ListenTo(const std::vector<std::string>& channels) {
  std::string sql;
  for (const std::string& channel : channels) {
    sql += "LISTEN \"";
    for (const char c : channel) sql += c == '"' ? std::string("\"\"") : std::string(1, c);
    sql += "\";";
  }
  return sql;
}

// What the owner does with the news is no concern of the connection.
template <class F, class... Arguments>
void Tell(const F& callback, const Arguments&... arguments) {
  try {
    callback(arguments...);
  } catch (const std::exception& error) {
    log::Error("a listener to the database failed", {{"error", error.what()}});
  }
}

}  // namespace

struct Listener::State : std::enable_shared_from_this<State> {
  State(const asio::any_io_executor& loop, std::string database) : executor(loop), pause(loop) {
    settings.connection = std::move(database);
  }

  static awaitable<void> Run(std::shared_ptr<State> self) {
    auto pause = kFirstPause;
    std::string last_trouble;
    while (!self->closed) {
      const auto begun = Connection::Clock::now();
      std::string trouble = "the connection was lost";
      try {
        co_await self->Listen();
      } catch (const ConnectionLost& error) {
        trouble = error.why();
      } catch (const std::exception& error) {
        trouble = error.what();
      }
      if (self->closed) break;
      if (std::exchange(last_trouble, trouble) != trouble) {
        log::Warning("not listening to the database", {{"error", trouble}});
      }
      if (Connection::Clock::now() - begun > kLongestPause) pause = kFirstPause;
      self->pause.expires_after(pause);
      pause = std::min(pause * 2, kLongestPause);
      boost::system::error_code cancelled;
      co_await self->pause.async_wait(asio::redirect_error(asio::use_awaitable, cancelled));
    }
  }

  // Until the connection is lost.
  awaitable<void> Listen() {
    connection = co_await Connection::Open(executor, settings);
    if (closed) co_return;
    connection->on_notify = [weak = weak_from_this()](const std::string& channel,
                                                      const std::string& payload) {
      const auto self = weak.lock();
      if (self && !self->closed) Tell(self->notify, channel, payload);
    };
    co_await connection->Script(ListenTo(channels));
    if (closed) co_return;
    Tell(connected);
    co_await connection->Lost();
  }

  void Close() {
    closed = true;
    pause.cancel();
    if (connection) connection->Close("it is closed");
  }

  asio::any_io_executor executor;
  ConnectionSettings settings;
  std::vector<std::string> channels;
  std::function<void(const std::string&, const std::string&)> notify;
  std::function<void()> connected;
  asio::steady_timer pause;
  std::shared_ptr<Connection> connection;
  bool closed = false;
};

Listener::Listener(asio::any_io_executor executor, std::string connection, std::vector<std::string> channels,
                   std::function<void(const std::string&, const std::string&)> notify,
                   std::function<void()> connected)
    : state_(std::make_shared<State>(executor, std::move(connection))) {
  state_->channels = std::move(channels);
  state_->notify = std::move(notify);
  state_->connected = std::move(connected);
  runtime::Spawn(executor, "database listener", State::Run(state_));
}

Listener::~Listener() { state_->Close(); }

}  // namespace descant::postgres
