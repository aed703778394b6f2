// One core's share of an HTTP server: its connections and the clock that ends those that take too long. Used
// by server.cpp.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <unordered_set>

#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/steady_timer.hpp>

#include "platform/http/server.h"
#include "platform/runtime/promise.h"

namespace descant::http {

using Socket = asio::generic::stream_protocol::socket;

class Connection;

// Everything here runs on the core's own loop.
class Core : public std::enable_shared_from_this<Core> {
 public:
  Core(asio::io_context& context, const ServerSettings& settings, std::shared_ptr<const Router> router);

  // Serves the connection until it ends; then calls `closed`.
  static void Serve(std::shared_ptr<Core> core, Socket socket, std::function<void()> closed);

  // Looks once a second for connections that are past their deadline: one timer for all of them.
  static void StartClock(std::shared_ptr<Core> core);

  // Closes what is idle or streams, lets requests finish, and then settles `done`.
  void Drain(runtime::Promise<runtime::Nothing> done);
  bool draining() const { return drained_.has_value(); }

  const ServerSettings& settings() const { return settings_; }
  const Router& router() const { return *router_; }

 private:
  friend class Connection;
  void SettleIfDrained();

  ServerSettings settings_;
  std::shared_ptr<const Router> router_;
  asio::steady_timer clock_;
  std::unordered_set<Connection*> connections_;
  std::optional<runtime::Promise<runtime::Nothing>> drained_;
};

}  // namespace descant::http
