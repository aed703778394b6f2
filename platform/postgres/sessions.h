// The connections that transactions have to themselves: at most so many, made when first needed, kept for the
// next.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "platform/postgres/connection.h"
#include "platform/postgres/line.h"

namespace descant::postgres {

class Sessions : public std::enable_shared_from_this<Sessions> {
 public:
  // One of them, on loan. Unless it was said to be clean, it is closed afterwards.
  class Loan {
   public:
    explicit Loan(std::shared_ptr<Sessions> owner) : owner_(std::move(owner)) {}
    Loan(Loan&&) noexcept = default;
    Loan& operator=(Loan&&) = delete;
    ~Loan();

    Connection& operator*() const { return *connection_; }
    Connection* operator->() const { return connection_.get(); }
    // No transaction is open on it.
    void SetClean() { clean_ = true; }

   private:
    friend class Sessions;
    std::shared_ptr<Sessions> owner_;
    std::shared_ptr<Connection> connection_;
    bool clean_ = false;
  };

  Sessions(asio::any_io_executor executor, ConnectionSettings settings, std::size_t count)
      : executor_(std::move(executor)), settings_(std::move(settings)), free_(count) {}

  // A connection on which BEGIN was carried out. First come, first served, for at most the time of one
  // statement. Throws ConnectionLost.
  awaitable<Loan> Begin();

  void CheckDeadlines(Connection::Clock::time_point now);
  void Close();

 private:
  awaitable<void> Connect(Loan& loan);
  void Return(Loan& loan);

  asio::any_io_executor executor_;
  ConnectionSettings settings_;
  std::size_t free_;  // how many more may be on loan
  std::vector<std::shared_ptr<Connection>> idle_;
  std::vector<std::shared_ptr<Connection>> on_loan_;
  Line line_;
  bool closed_ = false;
};

}  // namespace descant::postgres
