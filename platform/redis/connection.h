// One connection to Redis on one loop: hiredis, with Asio as its event library. Commands are pipelined.
#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <vector>

#include <boost/asio/posix/stream_descriptor.hpp>

#include "platform/runtime/promise.h"

struct redisAsyncContext;

namespace descant::redis {

// What a command answered, as far as a cache cares.
struct Reply {
  enum class Kind { kNone, kNothing, kText, kDone, kError };
  Kind kind = Kind::kNone;  // kNone: there was no answer, or one of an unexpected type; kNothing: nil
  std::string text;         // of kText and kError
};

class Connection : public std::enable_shared_from_this<Connection> {
 public:
  using Clock = std::chrono::steady_clock;

  // `address`: unix:/path, or host:port. The host is an address, or a name that is looked up without blocking
  // the loop. Null, and `trouble` says why, when there is no connection to be had.
  static awaitable<std::shared_ptr<Connection>> Open(asio::any_io_executor executor, std::string address,
                                                     std::string& trouble);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  // kNone when there is no answer within `timeout` (as CheckDeadlines finds out), or the connection breaks.
  awaitable<Reply> Command(const std::vector<std::string>& arguments, std::chrono::milliseconds timeout);

  bool open() const { return context_ != nullptr; }
  std::size_t pending() const { return pending_.size(); }  // commands that have not been answered
  // The server owes an answer for longer than it was given.
  bool late() const { return !pending_.empty() && pending_.front().late; }

  // To be called now and then. Gives the connection up when the server has not answered for `give_up` beyond
  // the timeout.
  void CheckDeadlines(Clock::time_point now, std::chrono::milliseconds give_up);

  awaitable<void> Lost();  // returns when it is; to be awaited once
  const std::string& trouble() const { return trouble_; }
  void Close(const std::string& why);

 private:
  struct Pending {
    runtime::Promise<Reply> reply;
    Clock::time_point deadline;
    bool late = false;
  };
  struct Events;  // what hiredis calls
  explicit Connection(const asio::any_io_executor& executor) : socket_(executor) {}
  void Attach(redisAsyncContext* context, int copy);  // `copy`: of its descriptor
  void Detach();
  void Watch();

  redisAsyncContext* context_ = nullptr;         // hiredis frees it when the connection breaks
  asio::posix::stream_descriptor socket_;        // a duplicate: hiredis owns the original
  bool want_read_ = false, want_write_ = false;  // what hiredis waits for
  bool reading_ = false, writing_ = false;       // what is being watched
  std::deque<Pending> pending_;                  // in the order of sending, which is that of the answers
  std::string trouble_;
  runtime::Promise<runtime::Nothing> lost_;
};

}  // namespace descant::redis
