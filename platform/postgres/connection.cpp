#include "platform/postgres/connection.h"

#include <utility>

#include <libpq-fe.h>

#include "platform/postgres/errors.h"

namespace descant::postgres {

namespace {

using boost::system::error_code;
using Descriptor = asio::posix::descriptor_base;

// A server that works cancels a statement by itself and keeps the connection; only after this is it taken for
// dead.
std::chrono::milliseconds Grace(std::chrono::milliseconds statement) {
  return std::max(std::chrono::milliseconds(250), statement / 4);
}

std::vector<const char*> Values(const Parameters& parameters) {
  std::vector<const char*> values;
  values.reserve(parameters.size());
  for (const auto& parameter : parameters) {
    if (parameter && parameter->find('\0') != std::string::npos) {
      throw Error(ErrorKind::kUnprocessable, "validation_failed", "Text may not contain the character NUL.");
    }
    values.push_back(parameter ? parameter->c_str() : nullptr);
  }
  return values;
}

}  // namespace

void Connection::Finish::operator()(pg_conn* connection) const { PQfinish(connection); }

Connection::Connection(asio::any_io_executor executor, ConnectionSettings settings)
    : executor_(std::move(executor)), settings_(std::move(settings)), socket_(executor_) {}

Connection::~Connection() { Close("it was dropped"); }

awaitable<Rows> Connection::Execute(Query query, const Parameters& parameters, Sync sync) {
  const runtime::Promise<Rows> answer;
  const std::uint64_t generation = Send(query, parameters, sync, answer);
  try {
    co_return co_await answer.Wait();
  } catch (const StatementStale&) {
    Forget(query.name, generation);
    throw;
  }
}

// Answers the generation of the prepared statement, which is prepared on the way if this connection has none.
std::uint64_t Connection::Send(const Query& query, const Parameters& parameters, Sync sync,
                               const runtime::Promise<Rows>& answer) {
  const std::vector<const char*> values = Values(parameters);
  const bool shared = sync == Sync::kShared;
  if (!shared && sync_due_) SendSync();  // which may find that the connection is lost
  if (lost_) throw ConnectionLost(why_lost_);
  pg_conn* connection = connection_.get();
  if (!pipelining_ && !PQenterPipelineMode(connection))
    throw Error(ErrorKind::kInternal, "database_error", Trouble());
  pipelining_ = true;

  auto statement = statements_.find(std::string_view(query.name));
  const bool prepare = statement == statements_.end();
  if (prepare) {
    const std::uint64_t next = ++generations_;
    statement =
        statements_.emplace(query.name, Statement{next, query.name + ("/" + std::to_string(next))}).first;
  }
  const auto& [generation, name] = statement->second;
  const bool sent = (!prepare || PQsendPrepare(connection, name.c_str(), query.sql, 0, nullptr)) &&
                    PQsendQueryPrepared(connection, name.c_str(), static_cast<int>(values.size()),
                                        values.data(), nullptr, nullptr, static_cast<int>(query.results));
  pending_.push_back({.kind = shared ? Kind::kSharedStatement : Kind::kStatement,
                      .name = query.name,
                      .generation = generation,
                      .preparing = prepare,
                      .deadline = NextDeadline(),
                      .answer = answer});
  if (!sent) {
    Close(Trouble());
  } else if (shared) {
    SendSyncSoon();
  } else {
    SendSync();
  }
  return generation;
}

Connection::Clock::time_point Connection::NextDeadline() const {
  const auto limit = settings_.statement;
  return limit.count() > 0 ? Clock::now() + limit + Grace(limit) : Clock::time_point::max();
}

void Connection::SendSync() {
  sync_due_ = false;
  if (!PQpipelineSync(connection_.get())) return Close(Trouble());
  pending_.push_back({.kind = Kind::kSync, .deadline = NextDeadline()});
  Flush();
}

// When all has been sent that the loop has at hand.
void Connection::SendSyncSoon() {
  if (std::exchange(sync_due_, true)) return;
  asio::post(executor_, [weak = weak_from_this()] {
    const auto self = weak.lock();
    if (self && self->sync_due_) self->SendSync();
  });
}

void Connection::Forget(std::string_view name, std::uint64_t generation) {
  const auto found = statements_.find(name);
  if (found != statements_.end() && found->second.generation == generation) statements_.erase(found);
}

awaitable<void> Connection::Script(std::string sql) {
  if (lost_) throw ConnectionLost(why_lost_);
  if (pipelining_ && PQexitPipelineMode(connection_.get())) pipelining_ = false;
  if (!PQsendQuery(connection_.get(), sql.c_str()))
    throw Error(ErrorKind::kInternal, "database_error", Trouble());
  const runtime::Promise<Rows> answer;
  pending_.push_back({.kind = Kind::kScript, .name = "script", .answer = answer});
  Flush();
  co_await answer.Wait();
}

void Connection::WaitReadable() {
  socket_.async_wait(Descriptor::wait_read, [weak = weak_from_this()](const error_code& error) {
    const auto self = weak.lock();
    if (!self || self->lost_) return;
    if (error) return self->Close(error.message());
    self->Receive();
    if (!self->lost_) self->WaitReadable();
  });
}

void Connection::Flush() {
  if (writing_ || lost_) return;
  const int left = PQflush(connection_.get());
  if (left < 0) return Close(Trouble());
  if (left == 0) return;
  writing_ = true;
  socket_.async_wait(Descriptor::wait_write, [weak = weak_from_this()](const error_code& error) {
    const auto self = weak.lock();
    if (!self || self->lost_) return;
    self->writing_ = false;
    if (error) return self->Close(error.message());
    self->Flush();
  });
}

void Connection::Receive() {
  const bool alive = PQconsumeInput(connection_.get()) == 1;
  TakeResults();
  if (!alive && !lost_) Close(Trouble());
  if (!lost_) Notify();
}

// In pipeline mode the results of each command end with a null, and a sync has a result of its own. Only then
// is a change known to be made; what was read is known before. Outside of pipeline mode, a null is the end.
void Connection::TakeResults() {
  int nulls = 0;
  while (!lost_ && !pending_.empty() && !PQisBusy(connection_.get())) {
    const Pending& pending = pending_.front();
    if (PGresult* result = PQgetResult(connection_.get())) {
      nulls = 0;
      Take(result);
    } else if (pending.kind == Kind::kScript ||
               (pending.kind == Kind::kSharedStatement && pending.answered)) {
      nulls = 0;
      Settle();
    } else if (++nulls > 2) {
      Close("it has no answer to what was asked");
    }
  }
}

void Connection::Take(PGresult* result) {
  Pending& pending = pending_.front();
  Rows rows(result);
  const ExecStatusType status = PQresultStatus(result);
  if (status == PGRES_PIPELINE_SYNC) return TakeSync();
  if (status == PGRES_COPY_IN || status == PGRES_COPY_OUT || status == PGRES_COPY_BOTH) {
    return Close("COPY is not supported");
  }
  const bool of_preparing = std::exchange(pending.preparing, false);
  pending.answered = !of_preparing;
  if (status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK || status == PGRES_EMPTY_QUERY) {
    if (!of_preparing) pending.rows = std::move(rows);
  } else if (!pending.error && (status == PGRES_FATAL_ERROR || status == PGRES_PIPELINE_ABORTED)) {
    pending.error = status == PGRES_PIPELINE_ABORTED ? std::make_exception_ptr(StatementSkipped(pending.name))
                                                     : ErrorFrom(result, pending.name);
    if (of_preparing) Forget(pending.name, pending.generation);
  }
}

void Connection::TakeSync() {
  if (pending_.front().kind != Kind::kSync) Settle();
  if (pending_.empty() || pending_.front().kind != Kind::kSync)
    return Close("it answered what was not asked");
  pending_.pop_front();
}

void Connection::Settle() {
  Pending done = std::move(pending_.front());
  pending_.pop_front();
  if (done.error) {
    done.answer->Fail(std::move(done.error));
  } else if (done.rows) {
    done.answer->Set(*std::move(done.rows));
  } else {
    done.answer->Fail(Error(ErrorKind::kInternal, "database_error", std::string(done.name) + ": no result"));
  }
}

void Connection::Notify() {
  while (!lost_) {
    const std::unique_ptr<PGnotify, decltype(&PQfreemem)> notify(PQnotifies(connection_.get()), &PQfreemem);
    if (!notify) return;
    if (on_notify) on_notify(notify->relname, notify->extra);
  }
}

awaitable<void> Connection::Lost() { co_await lost_signal_.Wait(); }

void Connection::CheckDeadlines(Clock::time_point now) {
  if (!pending_.empty() && pending_.front().deadline < now) Close("a statement took too long");
}

void Connection::Close(const std::string& why) {
  if (std::exchange(lost_, true)) return;
  why_lost_ = why;
  sync_due_ = false;
  error_code ignored;
  socket_.close(ignored);
  connection_.reset();
  const auto now = Clock::now();
  for (Pending& pending : std::exchange(pending_, {})) {
    if (!pending.answer) continue;
    if (pending.error) {
      pending.answer->Fail(std::move(pending.error));
    } else if (pending.deadline < now) {
      pending.answer->Fail(TookTooLong());
    } else {
      pending.answer->Fail(ConnectionLost(why));
    }
  }
  lost_signal_.Set({});
}

std::string Connection::Trouble() const {
  std::string text = PQerrorMessage(connection_.get());
  while (text.ends_with('\n')) text.pop_back();
  return text;
}

}  // namespace descant::postgres
