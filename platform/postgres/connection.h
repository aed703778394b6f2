// One connection to PostgreSQL on one loop, in libpq's pipeline mode: any number of statements are under way at once, each with a
// sync of its own, so that one that fails disturbs no other. libpq appears in this file's .cpp, in rows.cpp and nowhere else.
#pragma once

#include <chrono>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>

#include <boost/asio/posix/stream_descriptor.hpp>

#include "platform/postgres/query.h"
#include "platform/postgres/rows.h"
#include "platform/runtime/promise.h"

struct pg_conn;

namespace descant::postgres {

class Connection : public std::enable_shared_from_this<Connection> {
 public:
  using Clock = std::chrono::steady_clock;

  // Connects within `timeout`. Throws Error kUnavailable `database_unavailable`.
  static awaitable<std::shared_ptr<Connection>> Open(asio::any_io_executor executor, std::string settings,
                                                     std::chrono::milliseconds timeout);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  // Sends the statement now and waits for its result. What it throws is told at Database::Execute; a connection that was lost is
  // Lost, and so is one whose statement took longer than `timeout`.
  static awaitable<Rows> Execute(std::shared_ptr<Connection> self, Query query, Parameters parameters,
                                 std::chrono::milliseconds timeout);

  // Several statements at once, without parameters or result; not pipelined with others.
  static awaitable<void> Script(std::shared_ptr<Connection> self, std::string sql);

  bool is_lost() const { return lost_; }
  std::size_t pending() const { return pending_.size(); }

  // Gives the connection up if a statement is past its time. To be called now and then.
  void CheckDeadlines(Clock::time_point now);
  void Close();  // everything pending gets Error kUnavailable

  // Called for each NOTIFY.
  std::function<void(const std::string& channel, const std::string& payload)> on_notify;
  // Called once, when the connection is lost.
  std::function<void()> on_lost;

 private:
  enum class Step { kPrepare, kExecute };
  struct Pending {
    Step step;
    const char* name;
    Clock::time_point deadline;
    runtime::Promise<Rows> result;   // of kExecute
    std::exception_ptr error;        // seen so far
    std::optional<Rows> rows;
    std::shared_ptr<std::exception_ptr> prepare_error;  // of the statement's preparation, which comes just before
  };

  Connection(asio::any_io_executor executor, pg_conn* connection);
  static awaitable<void> Connect(std::shared_ptr<Connection> self, Clock::time_point deadline);
  void Attach();  // watches the socket
  static void WaitReadable(std::shared_ptr<Connection> self);
  static void WaitWritable(std::shared_ptr<Connection> self);
  void Flush();
  void Receive();
  void TakeResults();
  void Lose(const std::string& why, bool late = false);
  std::exception_ptr Failure(const std::string& why, bool late) const;

  asio::any_io_executor executor_;
  pg_conn* connection_;
  asio::posix::stream_descriptor socket_;
  std::deque<Pending> pending_;
  std::set<const char*> prepared_;
  bool lost_ = false;
  bool writing_ = false;
};

}  // namespace descant::postgres
