// One connection to PostgreSQL, on one loop. Any number of statements are under way on it at once (libpq's
// pipeline mode), each with a sync of its own, so that one that fails disturbs no other.
#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include <boost/asio/posix/stream_descriptor.hpp>

#include "platform/postgres/query.h"
#include "platform/postgres/rows.h"
#include "platform/runtime/promise.h"

struct pg_conn;
struct pg_result;

namespace descant::postgres {

struct ConnectionSettings {
  std::string connection;                   // libpq connection string
  std::chrono::milliseconds opening{5000};  // for connecting
  std::chrono::milliseconds statement{
      0};  // for one statement, kept by the server too; 0: as long as it takes
};

class Connection : public std::enable_shared_from_this<Connection> {
 public:
  using Clock = std::chrono::steady_clock;

  // Throws ConnectionLost.
  static awaitable<std::shared_ptr<Connection>> Open(asio::any_io_executor executor,
                                                     ConnectionSettings settings);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  // Throws what errors.h and Database::Execute tell. The parameters have to stay until the call is over.
  awaitable<Rows> Execute(Query query, const Parameters& parameters);

  // One or more statements without parameters, in one implicit transaction unless they hold BEGIN; while
  // nothing else is under way here.
  awaitable<void> Script(std::string sql);

  bool open() const { return !lost_; }
  std::size_t pending() const { return pending_.size(); }  // statements that have not been answered

  // Returns when the connection is lost or closed. To be awaited once.
  awaitable<void> Lost();

  // Gives the connection up if a statement is past its time: the server does not even manage to cancel it. To
  // be called now and then.
  void CheckDeadlines(Clock::time_point now);

  // Whatever is under way fails with ConnectionLost. `why` is for the logs.
  void Close(const std::string& why);

  // Called for each NOTIFY, when the connection listens.
  std::function<void(const std::string& channel, const std::string& payload)> on_notify;

 private:
  enum class Kind { kStatement, kScript };
  struct Pending {
    Kind kind;
    const char* name;
    std::uint64_t generation;  // of the prepared statement
    bool preparing;            // the next result is that of preparing it
    Clock::time_point deadline;
    runtime::Promise<Rows> answer;
    std::exception_ptr error;
    std::optional<Rows> rows;
  };
  struct Statement {
    std::uint64_t generation;
    std::string name;  // at the server
  };

  Connection(asio::any_io_executor executor, ConnectionSettings settings);

  // opening.cpp
  awaitable<void> Connect();
  awaitable<void> AwaitSocket(asio::posix::descriptor_base::wait_type what);
  void Attach();

  std::uint64_t Send(const Query& query, const Parameters& parameters, const runtime::Promise<Rows>& answer);
  void Forget(std::string_view name, std::uint64_t generation);
  void WaitReadable();
  void Flush();
  void Receive();
  void TakeResults();
  void Take(pg_result* result);
  void Settle();
  void Notify();
  std::string Trouble() const;  // libpq's last error

  struct Finish {
    void operator()(pg_conn* connection) const;
  };
  asio::any_io_executor executor_;
  ConnectionSettings settings_;
  std::unique_ptr<pg_conn, Finish> connection_;  // null once lost
  asio::posix::stream_descriptor socket_;        // a duplicate: libpq owns the original
  std::deque<Pending> pending_;
  std::map<std::string, Statement, std::less<>> statements_;  // by the query's name
  std::uint64_t generations_ = 0;
  bool pipelining_ = false;
  bool writing_ = false;
  bool lost_ = false;
  std::string why_lost_;
  runtime::Promise<runtime::Nothing> lost_signal_;
};

}  // namespace descant::postgres
