#include "platform/postgres/listener.h"

#include <boost/asio/steady_timer.hpp>

#include "platform/log/log.h"
#include "platform/postgres/connection.h"
#include "platform/runtime/runtime.h"

namespace descant::postgres {

namespace {

using namespace std::chrono_literals;

constexpr auto kReconnect = 250ms;
constexpr auto kConnectTimeout = 5s;

}  // namespace

struct Listener::State {
  asio::any_io_executor executor;
  std::string settings;
  std::vector<std::string> channels;
  std::function<void(const std::string&, const std::string&)> notify;
  std::function<void()> connected;
  bool closed = false;
  std::shared_ptr<Connection> connection;

  static awaitable<void> Run(std::shared_ptr<State> self) {
    while (!self->closed) {
      runtime::Promise<runtime::Nothing> lost;
      std::string trouble;
      try {
        co_await self->Listen(lost);
      } catch (const std::exception& error) {
        trouble = error.what();
      }
      if (trouble.empty()) {
        co_await lost.Wait();
      } else {
        log::Debug("cannot listen to the database", {{"error", trouble}});
        co_await runtime::Sleep(kReconnect);
      }
      self->connection.reset();
    }
  }

  awaitable<void> Listen(runtime::Promise<runtime::Nothing> lost) {
    auto made = co_await Connection::Open(executor, settings, kConnectTimeout);
    made->on_lost = [lost] { lost.Set({}); };
    made->on_notify = notify;
    std::string sql;
    for (const std::string& channel : channels) sql += "LISTEN " + channel + ";";
    connection = made;
    co_await Connection::Script(made, sql);
    if (closed) made->Close();
    connected();
  }
};

Listener::Listener(asio::any_io_executor executor, std::string connection, std::vector<std::string> channels,
                   std::function<void(const std::string&, const std::string&)> notify, std::function<void()> connected)
    : state_(std::make_shared<State>()) {
  state_->executor = executor;
  state_->settings = std::move(connection);
  state_->channels = std::move(channels);
  state_->notify = std::move(notify);
  state_->connected = std::move(connected);
  runtime::Spawn(executor, "database listener", State::Run(state_));
}

Listener::~Listener() {
  state_->closed = true;
  if (state_->connection) state_->connection->Close();
}

}  // namespace descant::postgres
