#include "platform/postgres/database.h"

#include <algorithm>
#include <boost/asio/steady_timer.hpp>
#include <deque>

#include "platform/log/log.h"
#include "platform/postgres/connection.h"
#include "platform/runtime/runtime.h"

namespace descant::postgres {

namespace {

using std::chrono::milliseconds;

constexpr milliseconds kTick{250};
constexpr milliseconds kPatience{1000};  // for a connection that is being made
constexpr milliseconds kFirstBackoff{50};
constexpr milliseconds kLongestBackoff{2000};
constexpr std::string_view kSelect = "SELECT";

constexpr Query kBegin{"begin", "BEGIN"};
constexpr Query kCommit{"commit", "COMMIT"};
constexpr Query kRollback{"rollback", "ROLLBACK"};

// Statements that change nothing may be sent again when it is not known whether they were carried out.
bool OnlyReads(const Query& query) {
  const std::string_view sql = query.sql;
  return sql.starts_with(kSelect) && sql.find("FOR UPDATE") == std::string_view::npos &&
         sql.find("pg_notify") == std::string_view::npos;
}

Error Unavailable(const std::string& why) {
  return Error(ErrorKind::kUnavailable, "database_unavailable", why).RetryAfter(std::chrono::seconds(1));
}

}  // namespace

struct Database::State : std::enable_shared_from_this<Database::State> {
  using Shared = std::shared_ptr<Connection>;
  using Waiter = runtime::Promise<runtime::Nothing>;

  State(asio::any_io_executor loop, DatabaseSettings limits)
      : executor(loop), settings(std::move(limits)), slots(settings.pipelined), clock(loop) {}

  asio::any_io_executor executor;
  DatabaseSettings settings;
  std::vector<Shared> slots;  // pipelined connections; null: being made
  std::vector<Shared> idle;   // transactional ones that wait for work
  std::vector<Shared> busy;
  std::size_t opening = 0;    // transactional ones being made
  std::deque<Waiter> free_waiters;  // for a transactional connection
  std::vector<Waiter> made_waiters; // for any pipelined connection
  asio::steady_timer clock;
  std::string last_trouble = "not connected yet";
  bool closed = false;

  void Start() {
    for (std::size_t i = 0; i < slots.size(); ++i) {
      runtime::Spawn(executor, "database connection", Keep(weak_from_this(), i));
    }
    Tick(weak_from_this());
  }

  void Close() {
    closed = true;
    clock.cancel();
    for (const auto* connections : {&slots, &idle, &busy}) {
      for (const Shared& connection : *connections) {
        if (connection) connection->Close();
      }
    }
    slots.assign(slots.size(), nullptr);
    idle.clear();
  }

  // Makes the connection of one slot, again whenever it is lost.
  static awaitable<void> Keep(std::weak_ptr<State> weak, std::size_t slot) {
    milliseconds backoff = kFirstBackoff;
    while (true) {
      Shared made;
      runtime::Promise<runtime::Nothing> lost;
      {
        const auto self = weak.lock();
        if (!self || self->closed) co_return;
        const std::string settings = self->settings.connection;
        const auto executor = self->executor;
        const auto timeout = self->settings.timeout;
        std::string trouble;
        try {
          made = co_await Connection::Open(executor, settings, timeout);
        } catch (const std::exception& error) {
          trouble = error.what();
        }
        if (made && !self->closed) {
          made->on_lost = [lost] { lost.Set({}); };
          self->slots[slot] = made;
          for (const Waiter& waiter : std::exchange(self->made_waiters, {})) waiter.Set({});
          backoff = kFirstBackoff;
        } else if (!self->closed && self->last_trouble != trouble) {
          log::Warning("database is not reachable", {{"error", trouble}});
          self->last_trouble = trouble;
        }
      }
      if (made) {
        made.reset();
        co_await lost.Wait();
        if (const auto self = weak.lock()) self->slots[slot] = nullptr;
      } else {
        co_await runtime::Sleep(backoff);
        backoff = std::min(backoff * 2, kLongestBackoff);
      }
    }
  }

  static void Tick(std::weak_ptr<State> weak) {
    const auto self = weak.lock();
    if (!self || self->closed) return;
    const auto now = Connection::Clock::now();
    for (const auto* connections : {&self->slots, &self->busy}) {
      const std::vector<Shared> copy = *connections;
      for (const Shared& connection : copy) {
        if (connection) connection->CheckDeadlines(now);
      }
    }
    self->clock.expires_after(kTick);
    self->clock.async_wait([weak](const boost::system::error_code& error) {
      if (!error) Tick(weak);
    });
  }

  // The pipelined connection with the least to do; null when there is none.
  Shared Choose() const {
    Shared best;
    for (const Shared& connection : slots) {
      if (connection && !connection->is_lost() && (!best || connection->pending() < best->pending())) best = connection;
    }
    return best;
  }

  // Settles the waiter with a failure after a while.
  void LetExpire(const Waiter& waiter, milliseconds patience) const {
    auto timer = std::make_shared<asio::steady_timer>(executor, patience);
    timer->async_wait([timer, waiter, why = last_trouble](const boost::system::error_code&) {
      waiter.Fail(Unavailable("The database is not reachable: " + why));
    });
  }

  static awaitable<Shared> AnyConnection(std::shared_ptr<State> self) {
    while (true) {
      if (self->closed) throw Unavailable("The database connection is closed.");
      Shared connection = self->Choose();
      if (connection) co_return connection;
      const Waiter made;
      self->made_waiters.push_back(made);
      self->LetExpire(made, kPatience);
      co_await made.Wait();
    }
  }

  static awaitable<Rows> Run(std::shared_ptr<State> self, Query query, Parameters parameters) {
    const bool may_repeat = OnlyReads(query);
    for (int attempt = 0; may_repeat && attempt < 2; ++attempt) {
      const Shared connection = co_await AnyConnection(self);
      try {
        co_return co_await Connection::Execute(connection, query, parameters, self->settings.timeout);
      } catch (const Error& error) {
        if (attempt == 1 || error.kind() != ErrorKind::kUnavailable) throw;
      }
    }
    const Shared connection = co_await AnyConnection(self);
    co_return co_await Connection::Execute(connection, query, std::move(parameters), self->settings.timeout);
  }

  static awaitable<Shared> Borrow(std::shared_ptr<State> self) {
    while (true) {
      if (self->closed) throw Unavailable("The database connection is closed.");
      std::erase_if(self->idle, [](const Shared& connection) { return connection->is_lost(); });
      if (!self->idle.empty()) {
        Shared connection = self->idle.back();
        self->idle.pop_back();
        self->busy.push_back(connection);
        co_return connection;
      }
      if (self->busy.size() + self->opening < self->settings.transactional) {
        Shared connection = co_await OpenTransactional(self);
        self->busy.push_back(connection);
        co_return connection;
      }
      const Waiter waiter;
      self->free_waiters.push_back(waiter);
      self->LetExpire(waiter, self->settings.timeout);
      co_await waiter.Wait();
    }
  }

  static awaitable<Shared> OpenTransactional(std::shared_ptr<State> self) {
    ++self->opening;
    std::exception_ptr failure;
    Shared connection;
    try {
      connection = co_await Connection::Open(self->executor, self->settings.connection, self->settings.timeout);
    } catch (...) {
      failure = std::current_exception();
    }
    --self->opening;
    if (failure) {
      self->WakeOne();
      std::rethrow_exception(failure);
    }
    co_return connection;
  }

  void GiveBack(const Shared& connection) {
    std::erase(busy, connection);
    if (!connection->is_lost() && !closed) idle.push_back(connection);
    WakeOne();
  }

  void WakeOne() {
    if (free_waiters.empty()) return;
    free_waiters.front().Set({});
    free_waiters.pop_front();
  }

  static awaitable<void> RunTransaction(std::shared_ptr<State> self,
                                        std::function<awaitable<void>(Transaction&)> work) {
    const Shared connection = co_await Borrow(self);
    const milliseconds timeout = self->settings.timeout;
    std::exception_ptr failure;
    try {
      co_await Connection::Execute(connection, kBegin, {}, timeout);
      Transaction transaction(*connection);
      co_await work(transaction);
      co_await Connection::Execute(connection, kCommit, {}, timeout);
    } catch (...) {
      failure = std::current_exception();
    }
    if (failure && !connection->is_lost()) {
      try {
        co_await Connection::Execute(connection, kRollback, {}, timeout);
      } catch (const std::exception&) {
        connection->Close();  // in an unknown state
      }
    }
    self->GiveBack(connection);
    if (failure) std::rethrow_exception(failure);
  }
};

Database::Database(asio::any_io_executor executor, DatabaseSettings settings)
    : state_(std::make_shared<State>(std::move(executor), std::move(settings))) {
  state_->Start();
}

Database::~Database() { state_->Close(); }

awaitable<Rows> Database::ExecuteBound(Query query, Parameters parameters) {
  return State::Run(state_, query, std::move(parameters));
}

awaitable<void> Database::RunTransaction(std::function<awaitable<void>(Transaction&)> work) {
  return State::RunTransaction(state_, std::move(work));
}

awaitable<Rows> Transaction::ExecuteBound(Query query, Parameters parameters) {
  constexpr milliseconds kTimeout{5000};
  return Connection::Execute(connection_.shared_from_this(), query, std::move(parameters), kTimeout);
}

}  // namespace descant::postgres
