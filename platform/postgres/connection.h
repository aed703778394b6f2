// One connection to PostgreSQL, on one loop. Any number of statements are under way on it at once (libpq's
// pipeline mode).
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
  std::chrono::milliseconds statement{0};   // for one, kept by the server too; 0: as long as it takes
};

// Where the server ends the transaction of a statement, answers, and goes on after an error. kShared is for
// what only reads: all that the loop sends in one turn ends together, which takes the server, and us, half
// the work. A statement that fails then takes those behind it along.
enum class Sync : std::uint8_t { kOwn, kShared };

class Connection : public std::enable_shared_from_this<Connection> {
 public:
  using Clock = std::chrono::steady_clock;

  // Throws ConnectionLost.
  static awaitable<std::shared_ptr<Connection>> Open(asio::any_io_executor executor,
                                                     ConnectionSettings settings);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  // Throws what errors.h and Database::Execute tell; StatementSkipped only when the sync is shared. The
  // parameters have to stay until the call is over.
  awaitable<Rows> Execute(Query query, const Parameters& parameters, Sync sync = Sync::kOwn);

  // One or more statements without parameters, in one implicit transaction unless they hold BEGIN; while
  // nothing else is under way here.
  awaitable<void> Script(std::string sql);

  bool open() const { return !lost_; }
  std::size_t pending() const { return pending_.size(); }  // statements and syncs without an answer
  // Since when the server has owed an answer; `now` when it owes none.
  Clock::time_point waiting_since(Clock::time_point now) const {
    return pending_.empty() ? now : pending_.front().sent;
  }

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
  enum class Kind : std::uint8_t { kStatement, kSharedStatement, kSync, kScript };
  struct Pending {
    Kind kind;
    const char* name = "";
    std::uint64_t generation = 0;  // of the prepared statement
    bool preparing = false;        // the next result is that of preparing it
    bool answered = false;
    Clock::time_point sent = Clock::now();
    Clock::time_point deadline = Clock::time_point::max();
    std::optional<runtime::Promise<Rows>> answer;  // whom it goes to; a sync goes to nobody
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

  std::uint64_t Send(const Query& query, const Parameters& parameters, Sync sync,
                     const runtime::Promise<Rows>& answer);
  Clock::time_point NextDeadline() const;  // of what is sent now
  void SendSync();
  void SendSyncSoon();
  void Forget(std::string_view name, std::uint64_t generation);
  void WaitReadable();
  void Flush();
  void Receive();
  void TakeResults();
  void Take(pg_result* result);
  void TakeSync();
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
  bool sync_due_ = false;  // shared statements were sent, and no sync after them
  bool writing_ = false;
  bool lost_ = false;
  std::string why_lost_;
  runtime::Promise<runtime::Nothing> lost_signal_;
};

}  // namespace descant::postgres
