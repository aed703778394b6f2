// What a statement can fail with, beyond what Database promises to its callers.
#pragma once

#include <exception>
#include <string>

#include "platform/base/error.h"

struct pg_result;

namespace descant::postgres {

// There is no connection, or it broke before the answer came: then it is not known whether the statement was
// carried out.
class ConnectionLost : public Error {
 public:
  explicit ConnectionLost(std::string why);
  const std::string& why() const { return why_; }  // for the logs

 private:
  std::string why_;
};

// The server has no statement of this name, or another one than was prepared. Nothing was carried out:
// prepare it again.
class StatementStale : public Error {
 public:
  explicit StatementStale(const std::string& detail)
      : Error(ErrorKind::kInternal, "database_error", detail) {}
};

// Another change came in between, or each waited for the other: nothing was carried out. Send it again.
class SerializationFailure : public Error {
 public:
  SerializationFailure();
};

// A statement before it, of the same sync, failed. It was not carried out: send it again, with a sync of its
// own.
class StatementSkipped : public Error {
 public:
  explicit StatementSkipped(const std::string& query)
      : Error(ErrorKind::kInternal, "database_error", query + ": skipped after another's error") {}
};

Error TookTooLong();

// What the server refused, by its SQLSTATE (PostgreSQL, appendix A). `query` names the statement for the
// logs.
std::exception_ptr ErrorFrom(const pg_result* result, const std::string& query);

}  // namespace descant::postgres
