// The connections that the queries of one loop share. Each is made at once, and again whenever it is lost.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include <boost/asio/steady_timer.hpp>

#include "platform/postgres/connection.h"
#include "platform/postgres/line.h"

namespace descant::postgres {

class Pipelines : public std::enable_shared_from_this<Pipelines> {
 public:
  Pipelines(asio::any_io_executor executor, ConnectionSettings settings, std::size_t count);
  void Start();

  // The first that is answering, so that statements come and go in as few pieces as may be; when each is held
  // up by something that takes long, the one with the least to do. When there is none, waits a little for one
  // that is being made: a restart of the server costs time rather than errors. Throws ConnectionLost.
  awaitable<std::shared_ptr<Connection>> Choose();

  void CheckDeadlines(Connection::Clock::time_point now);
  void Close();

 private:
  struct Slot {
    std::shared_ptr<Connection> connection;  // null while it is being made
    asio::steady_timer pause;
  };
  static awaitable<void> Keep(std::shared_ptr<Pipelines> self, Slot& slot);
  awaitable<bool> Make(Slot& slot);
  void Report(const std::string& trouble);

  asio::any_io_executor executor_;
  ConnectionSettings settings_;
  std::vector<Slot> slots_;
  Line line_;
  std::string trouble_ = "not connected yet";
  bool closed_ = false;
};

}  // namespace descant::postgres
