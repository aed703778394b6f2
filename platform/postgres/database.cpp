#include "platform/postgres/database.h"

#include <boost/asio/steady_timer.hpp>

#include "platform/postgres/errors.h"
#include "platform/postgres/pipelines.h"
#include "platform/postgres/sessions.h"

namespace descant::postgres {

namespace {

// One timer for all that waits for the database, however much that is.
constexpr std::chrono::milliseconds kTick{250};

constexpr int kContests = 3;  // that a statement may lose and be sent again

constexpr Query kPing{"ping", "SELECT 1"};
constexpr Query kCommit{"commit", "COMMIT"};
constexpr Query kRollback{"rollback", "ROLLBACK"};

// Whether the statement may be sent again when it is not known if it was carried out, and may share its
// transaction: it changes nothing and locks nothing.
bool OnlyReads(std::string_view sql) {
  return sql.starts_with("SELECT") && sql.find("FOR ") == std::string_view::npos &&
         sql.find("pg_notify") == std::string_view::npos;
}

}  // namespace

struct Database::State : std::enable_shared_from_this<State> {
  State(const asio::any_io_executor& executor, const DatabaseSettings& limits)
      : pipelined(limits.pipelined),
        settings{.connection = limits.connection, .opening = limits.timeout, .statement = limits.timeout},
        pipelines(std::make_shared<Pipelines>(executor, settings, limits.pipelined)),
        sessions(std::make_shared<Sessions>(executor, settings, limits.transactional)),
        clock(executor) {}

  void Tick() {
    const auto now = Connection::Clock::now();
    pipelines->CheckDeadlines(now);
    sessions->CheckDeadlines(now);
    clock.expires_after(kTick);
    clock.async_wait([weak = weak_from_this()](const boost::system::error_code& error) {
      const auto self = weak.lock();
      if (!error && self && !self->closed) self->Tick();
    });
  }

  void Close() {
    closed = true;
    clock.cancel();
    pipelines->Close();
    sessions->Close();
  }

  std::size_t pipelined;
  ConnectionSettings settings;
  std::shared_ptr<Pipelines> pipelines;
  std::shared_ptr<Sessions> sessions;
  asio::steady_timer clock;
  bool closed = false;
};

Database::Database(asio::any_io_executor executor, DatabaseSettings settings)
    : state_(std::make_shared<State>(executor, settings)) {
  state_->pipelines->Start();
  state_->Tick();
}

Database::~Database() { state_->Close(); }

awaitable<Rows> Database::ExecuteBound(Query query, Parameters parameters) {
  const auto pipelines = state_->pipelines;
  // Each connection may turn out to be lost, or to have a statement that is stale.
  std::size_t preparations = state_->pipelined;
  const bool reads = OnlyReads(query.sql);
  std::size_t repeats = reads ? state_->pipelined : 0;
  int contests = kContests;
  Sync sync = reads ? Sync::kShared : Sync::kOwn;
  while (true) {
    const std::shared_ptr<Connection> connection = co_await pipelines->Choose();
    try {
      co_return co_await connection->Execute(query, parameters, sync);
    } catch (const StatementStale&) {
      if (preparations-- == 0) throw;
    } catch (const SerializationFailure&) {
      if (contests-- == 0) throw;
    } catch (const StatementSkipped&) {
      sync = Sync::kOwn;
    } catch (const ConnectionLost&) {
      if (repeats-- == 0) throw;
    }
  }
}

awaitable<void> Database::Ping() { co_await Execute(kPing); }

awaitable<void> Database::RunTransaction(std::function<awaitable<void>(Transaction&)> work) {
  const auto sessions = state_->sessions;
  Sessions::Loan session = co_await sessions->Begin();
  std::exception_ptr failure;
  try {
    Transaction transaction(*session);
    co_await work(transaction);
    const Rows rows = co_await session->Execute(kCommit, {});
    session.SetClean();
    if (rows.command() == "COMMIT") co_return;
    throw Error(ErrorKind::kInternal, "database_error",
                "A statement failed, so the transaction was rolled back.");
  } catch (...) {
    failure = std::current_exception();
  }
  try {
    co_await session->Execute(kRollback, {});
    session.SetClean();
  } catch (const Error&) {  // the connection is lost, and the transaction with it
  }
  std::rethrow_exception(failure);
}

awaitable<Rows> Transaction::ExecuteBound(Query query, Parameters parameters) {
  co_return co_await connection_.Execute(query, parameters);
}

}  // namespace descant::postgres
