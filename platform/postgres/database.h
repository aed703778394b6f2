// PostgreSQL for one core: a few connections in pipeline mode, shared by all coroutines of that core, and a
// few more that transactions have to themselves. Connections come back by themselves after a loss.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <utility>

#include "platform/base/error.h"
#include "platform/postgres/query.h"
#include "platform/postgres/rows.h"
#include "platform/runtime/awaitable.h"

namespace descant::postgres {

struct DatabaseSettings {
  std::string connection;                   // libpq connection string
  std::size_t pipelined = 2;                // connections that queries share
  std::size_t transactional = 2;            // connections for transactions, opened when first needed
  std::chrono::milliseconds timeout{5000};  // for one query; then its connection is given up
};

// A constraint refused a change (SQLSTATE class 23): a defect, unless whoever knows the constraint catches
// it.
class ConstraintViolation : public Error {
 public:
  ConstraintViolation(std::string constraint, const std::string& detail)
      : Error(ErrorKind::kInternal, "constraint_violated", detail), constraint_(std::move(constraint)) {}
  const std::string& constraint() const { return constraint_; }

 private:
  std::string constraint_;
};

class Connection;

// What runs inside one transaction. Not to be used by two coroutines at once.
class Transaction {
 public:
  explicit Transaction(Connection& connection) : connection_(connection) {}
  template <class... Values>
  awaitable<Rows> Execute(const Query& query, const Values&... values) {
    return ExecuteBound(query, Bind(values...));
  }
  awaitable<Rows> ExecuteBound(Query query, Parameters parameters);

 private:
  Connection& connection_;
};

class Database {
 public:
  Database(asio::any_io_executor executor, DatabaseSettings settings);
  ~Database();

  // One statement, one round trip, atomic by itself; one that loses a deadlock is sent again. Throws
  // ConstraintViolation; Error kUnavailable `database_unavailable` when there is no connection or it was lost
  // on the way (it may have been carried out, unless it only reads: those are tried again); Error
  // kDeadlineExceeded; Error kInternal for any other SQL error.
  template <class... Values>
  awaitable<Rows> Execute(const Query& query, const Values&... values) {
    return ExecuteBound(query, Bind(values...));
  }
  awaitable<Rows> ExecuteBound(Query query, Parameters parameters);

  // Returns when the server answers; throws Error when it does not.
  awaitable<void> Ping();

  // Runs `work` in one transaction: committed when it returns, rolled back when it throws.
  template <class F>
  auto Transact(F work) -> decltype(work(std::declval<Transaction&>())) {
    using T = typename decltype(work(std::declval<Transaction&>()))::value_type;
    if constexpr (std::is_void_v<T>) {
      co_await RunTransaction(
          [&work](Transaction& transaction) -> awaitable<void> { co_await work(transaction); });
    } else {
      std::optional<T> result;
      co_await RunTransaction([&work, &result](Transaction& transaction) -> awaitable<void> {
        result.emplace(co_await work(transaction));
      });
      co_return std::move(*result);
    }
  }

 private:
  awaitable<void> RunTransaction(std::function<awaitable<void>(Transaction&)> work);
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace descant::postgres
