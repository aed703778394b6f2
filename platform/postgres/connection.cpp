#include "platform/postgres/connection.h"

#include <libpq-fe.h>

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "platform/log/log.h"
#include "platform/postgres/database.h"

namespace descant::postgres {

namespace {

using boost::system::error_code;

std::string Trimmed(const char* text) {
  std::string trimmed(text ? text : "");
  while (trimmed.ends_with('\n')) trimmed.pop_back();
  return trimmed;
}

std::string ErrorField(const PGresult* result, int field) {
  const char* text = PQresultErrorField(result, field);
  return text ? text : "";
}

// What a failed statement means, from its SQLSTATE.
std::exception_ptr ErrorOf(const PGresult* result) {
  const std::string state = ErrorField(result, PG_DIAG_SQLSTATE);
  const std::string text = state.empty() ? Trimmed(PQresultErrorMessage(result))
                                         : state + " " + ErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
  if (state.starts_with("23")) {
    return std::make_exception_ptr(ConstraintViolation(ErrorField(result, PG_DIAG_CONSTRAINT_NAME), text));
  }
  if (state == "40001" || state == "40P01") {
    return std::make_exception_ptr(Error(ErrorKind::kConflict, "serialization_failure", text));
  }
  if (state == "57014") {
    return std::make_exception_ptr(Error(ErrorKind::kDeadlineExceeded, "deadline_exceeded", text));
  }
  // libpq itself makes an error without a state when the connection breaks.
  if (state.empty() || state.starts_with("08") || state.starts_with("57P") || state == "53300") {
    return std::make_exception_ptr(Error(ErrorKind::kUnavailable, "database_unavailable", text));
  }
  return std::make_exception_ptr(Error(ErrorKind::kInternal, "database_error", text));
}

}  // namespace

Connection::Connection(asio::any_io_executor executor, pg_conn* connection)
    : executor_(executor), connection_(connection), socket_(executor) {}

Connection::~Connection() {
  if (socket_.is_open()) socket_.release();  // libpq closes it
  PQfinish(connection_);
}

awaitable<std::shared_ptr<Connection>> Connection::Open(asio::any_io_executor executor, std::string settings,
                                                        std::chrono::milliseconds timeout) {
  pg_conn* raw = PQconnectStart(settings.c_str());
  if (!raw) throw std::bad_alloc();
  std::shared_ptr<Connection> self(new Connection(executor, raw));
  co_await Connect(self, Clock::now() + timeout);
  PQsetnonblocking(raw, 1);
  PQsetNoticeProcessor(raw, [](void*, const char*) {}, nullptr);
  co_await Script(self, "SET TimeZone = 'UTC'; SET client_encoding = 'UTF8'; SET IntervalStyle = 'iso_8601'");
  if (PQenterPipelineMode(raw) != 1) throw Error(ErrorKind::kInternal, "database_error", "no pipeline mode");
  self->Attach();
  co_return self;
}

// libpq's polled connection: it says whether to wait for reading or for writing, on a socket that may change between steps.
awaitable<void> Connection::Connect(std::shared_ptr<Connection> self, Clock::time_point deadline) {
  asio::steady_timer timer(self->executor_);
  PostgresPollingStatusType next = PGRES_POLLING_WRITING;
  while (next != PGRES_POLLING_OK) {
    if (next == PGRES_POLLING_FAILED || PQstatus(self->connection_) == CONNECTION_BAD || Clock::now() >= deadline) {
      throw Error(ErrorKind::kUnavailable, "database_unavailable",
                  "The database does not answer: " + Trimmed(PQerrorMessage(self->connection_)));
    }
    auto socket = std::make_shared<asio::posix::stream_descriptor>(self->executor_, PQsocket(self->connection_));
    timer.expires_at(deadline);
    timer.async_wait([socket](const error_code& error) {
      if (!error && socket->is_open()) socket->cancel();
    });
    error_code error;
    co_await socket->async_wait(next == PGRES_POLLING_READING ? asio::posix::descriptor_base::wait_read
                                                              : asio::posix::descriptor_base::wait_write,
                                asio::redirect_error(asio::use_awaitable, error));
    timer.cancel();
    socket->release();
    next = PQconnectPoll(self->connection_);
  }
}

void Connection::Attach() {
  socket_.assign(PQsocket(connection_));
  WaitReadable(shared_from_this());
}

void Connection::WaitReadable(std::shared_ptr<Connection> self) {
  auto& socket = self->socket_;
  socket.async_wait(asio::posix::descriptor_base::wait_read, [weak = std::weak_ptr(self)](const error_code& error) {
    const auto connection = weak.lock();
    if (error || !connection || connection->lost_) return;
    connection->Receive();
    if (!connection->lost_) WaitReadable(connection);
  });
}

void Connection::WaitWritable(std::shared_ptr<Connection> self) {
  self->writing_ = true;
  auto& socket = self->socket_;
  socket.async_wait(asio::posix::descriptor_base::wait_write, [weak = std::weak_ptr(self)](const error_code& error) {
    const auto connection = weak.lock();
    if (error || !connection || connection->lost_) return;
    connection->writing_ = false;
    connection->Receive();  // a full socket may be waiting for us to read
    connection->Flush();
  });
}

void Connection::Flush() {
  if (lost_ || writing_) return;
  const int left = PQflush(connection_);
  if (left < 0) return Lose(Trimmed(PQerrorMessage(connection_)));
  if (left > 0) WaitWritable(shared_from_this());
}

void Connection::Receive() {
  const auto self = shared_from_this();
  if (lost_) return;
  const bool alive = PQconsumeInput(connection_) == 1;
  TakeResults();
  while (PGnotify* notify = PQnotifies(connection_)) {
    const std::unique_ptr<PGnotify, decltype(&PQfreemem)> owned(notify, &PQfreemem);
    if (on_notify) on_notify(notify->relname, notify->extra);
  }
  if (!alive) Lose(Trimmed(PQerrorMessage(connection_)));
}

// In pipeline mode the results of a statement are followed by a null, and then by the result of its sync.
void Connection::TakeResults() {
  while (!pending_.empty() && !PQisBusy(connection_)) {
    PGresult* result = PQgetResult(connection_);
    if (!result) {
      // The end of one command's results; two in a row: there is nothing more for now.
      if (PQisBusy(connection_)) return;
      result = PQgetResult(connection_);
      if (!result) return;
    }
    Pending& front = pending_.front();
    switch (PQresultStatus(result)) {
      case PGRES_PIPELINE_SYNC: {
        PQclear(result);
        Pending done = std::move(front);
        pending_.pop_front();
        if (done.step == Step::kPrepare) {
          if (done.error) prepared_.erase(done.name);
          *done.prepare_error = done.error;
          break;
        }
        if (!done.error && !done.rows) done.error = Failure("there was no result", false);
        if (done.prepare_error && *done.prepare_error) done.error = *done.prepare_error;
        if (done.error) {
          done.result.Fail(std::move(done.error));
        } else {
          done.result.Set(*std::move(done.rows));
        }
        break;
      }
      case PGRES_COMMAND_OK:
      case PGRES_TUPLES_OK: front.rows.emplace(result); break;
      case PGRES_FATAL_ERROR:
        front.error = ErrorOf(result);
        PQclear(result);
        break;
      default: PQclear(result); break;
    }
  }
}

awaitable<Rows> Connection::Execute(std::shared_ptr<Connection> self, Query query, Parameters parameters,
                                    std::chrono::milliseconds timeout) {
  if (self->lost_) std::rethrow_exception(self->Failure("the connection is lost", false));
  std::vector<const char*> values;
  values.reserve(parameters.size());
  for (const auto& parameter : parameters) {
    if (parameter && parameter->find('\0') != std::string::npos) {
      throw Error(ErrorKind::kUnprocessable, "validation_failed", "Text may not contain the character NUL.");
    }
    values.push_back(parameter ? parameter->c_str() : nullptr);
  }
  pg_conn* connection = self->connection_;
  const auto deadline = Clock::now() + timeout;
  bool sent = true;
  std::shared_ptr<std::exception_ptr> prepare_error;
  if (self->prepared_.insert(query.name).second) {
    sent = PQsendPrepare(connection, query.name, query.sql, 0, nullptr) == 1 && PQpipelineSync(connection) == 1;
    prepare_error = std::make_shared<std::exception_ptr>();
    self->pending_.push_back({.step = Step::kPrepare, .name = query.name, .deadline = deadline, .prepare_error = prepare_error});
  }
  sent = sent &&
         PQsendQueryPrepared(connection, query.name, static_cast<int>(values.size()), values.data(), nullptr, nullptr,
                             0) == 1 &&
         PQpipelineSync(connection) == 1;
  runtime::Promise<Rows> result;
  self->pending_.push_back({.step = Step::kExecute,
                            .name = query.name,
                            .deadline = deadline,
                            .result = result,
                            .prepare_error = prepare_error});
  if (!sent) {
    self->Lose(Trimmed(PQerrorMessage(connection)));
  } else {
    self->Flush();
  }
  co_return co_await result.Wait();
}

// Before pipeline mode, or outside of it: the simple protocol.
awaitable<void> Connection::Script(std::shared_ptr<Connection> self, std::string sql) {
  pg_conn* connection = self->connection_;
  const bool attached = self->socket_.is_open();
  if (attached) {
    self->socket_.cancel();
    self->socket_.release();
    PQexitPipelineMode(connection);
  }
  if (PQsendQuery(connection, sql.c_str()) != 1) throw Error(ErrorKind::kUnavailable, "database_unavailable",
                                                             Trimmed(PQerrorMessage(connection)));
  asio::posix::stream_descriptor socket(self->executor_, PQsocket(connection));
  std::exception_ptr failure;
  bool alive = true;
  while (alive) {
    while (PQflush(connection) == 1) {
      co_await socket.async_wait(asio::posix::descriptor_base::wait_write, asio::use_awaitable);
    }
    while (alive && PQisBusy(connection)) {
      error_code error;
      co_await socket.async_wait(asio::posix::descriptor_base::wait_read,
                                 asio::redirect_error(asio::use_awaitable, error));
      alive = !error && PQconsumeInput(connection) == 1;
    }
    PGresult* result = alive ? PQgetResult(connection) : nullptr;
    if (!result) break;
    if (PQresultStatus(result) == PGRES_FATAL_ERROR && !failure) failure = ErrorOf(result);
    PQclear(result);
  }
  socket.release();
  if (!alive) {
    self->lost_ = true;
    throw Error(ErrorKind::kUnavailable, "database_unavailable", Trimmed(PQerrorMessage(connection)));
  }
  if (attached) {
    PQenterPipelineMode(connection);
    self->Attach();
  }
  if (failure) std::rethrow_exception(failure);
}

void Connection::CheckDeadlines(Clock::time_point now) {
  if (!pending_.empty() && now > pending_.front().deadline) Lose("a statement took too long", true);
}

void Connection::Close() { Lose("the connection was closed"); }

std::exception_ptr Connection::Failure(const std::string& why, bool late) const {
  if (late) {
    return std::make_exception_ptr(
        Error(ErrorKind::kDeadlineExceeded, "deadline_exceeded", "The database took too long."));
  }
  return std::make_exception_ptr(Error(ErrorKind::kUnavailable, "database_unavailable",
                                       "The connection to the database was lost: " + why)
                                     .RetryAfter(std::chrono::seconds(1)));
}

void Connection::Lose(const std::string& why, bool late) {
  if (std::exchange(lost_, true)) return;
  error_code ignored;
  if (socket_.is_open()) {
    socket_.cancel(ignored);
    socket_.release();
  }
  const auto failure = Failure(why, late);
  for (Pending& pending : std::exchange(pending_, {})) {
    if (pending.step == Step::kExecute) pending.result.Fail(pending.error ? pending.error : failure);
  }
  if (on_lost) std::exchange(on_lost, nullptr)();
}

}  // namespace descant::postgres
