#include "platform/postgres/errors.h"

#include <libpq-fe.h>

#include "platform/log/log.h"
#include "platform/postgres/database.h"

namespace descant::postgres {

namespace {

std::string FieldOf(const PGresult* result, int field) {
  const char* text = PQresultErrorField(result, field);
  return text ? text : "";
}

// NOT NULL has no name of its own: the column says which one it was.
std::string ConstraintOf(const PGresult* result) {
  std::string name = FieldOf(result, PG_DIAG_CONSTRAINT_NAME);
  return name.empty() ? FieldOf(result, PG_DIAG_COLUMN_NAME) : name;
}

Error Unavailable(std::chrono::seconds retry_after) {
  return Error(ErrorKind::kUnavailable, "database_unavailable",
               "The database is not available at the moment.")
      .RetryAfter(retry_after);
}

bool EndsTheConnection(const std::string& state) {
  // libpq itself makes errors without a state when the connection breaks; 57P: the server is going down or
  // coming up.
  return state.empty() || state.starts_with("08") || state.starts_with("57P");
}

bool IsStale(const std::string& state, const std::string& message) {
  return state == "26000" || (state == "0A000" && message.find("cached plan") != std::string::npos);
}

}  // namespace

ConnectionLost::ConnectionLost(std::string why)
    : Error(Unavailable(std::chrono::seconds(1))), why_(std::move(why)) {}

SerializationFailure::SerializationFailure() : Error(Unavailable(std::chrono::seconds(1))) {}

Error TookTooLong() {
  return {ErrorKind::kDeadlineExceeded, "deadline_exceeded", "The database took too long to answer."};
}

std::exception_ptr ErrorFrom(const PGresult* result, const std::string& query) {
  const std::string state = FieldOf(result, PG_DIAG_SQLSTATE);
  const std::string message =
      state.empty() ? std::string(PQresultErrorMessage(result)) : FieldOf(result, PG_DIAG_MESSAGE_PRIMARY);
  const std::string detail = query + ": " + state + " " + message;
  if (EndsTheConnection(state)) return std::make_exception_ptr(ConnectionLost(detail));
  if (IsStale(state, message)) return std::make_exception_ptr(StatementStale(detail));
  if (state.starts_with("23"))
    return std::make_exception_ptr(ConstraintViolation(ConstraintOf(result), detail));
  if (state == "40001" || state == "40P01") return std::make_exception_ptr(SerializationFailure());
  if (state == "57014") return std::make_exception_ptr(TookTooLong());
  if (state.starts_with("53")) {
    log::Warning("database is out of connections, memory or disk", {{"error", detail}});
    return std::make_exception_ptr(Unavailable(std::chrono::seconds(5)));
  }
  if (state == "22021" || state == "22P05") {  // no UTF-8, or a NUL within JSON
    return std::make_exception_ptr(
        Error(ErrorKind::kUnprocessable, "validation_failed", "A text is not valid."));
  }
  return std::make_exception_ptr(Error(ErrorKind::kInternal, "database_error", detail));
}

}  // namespace descant::postgres
