// The one error type. What failed is said in protocol-neutral terms; platform/http/problem.cpp and
// platform/rpc/status.cpp are the two places that translate it to the outside.
#pragma once

#include <chrono>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

namespace descant {

enum class ErrorKind {
  kInvalidArgument,   // malformed: cannot be read at all
  kUnprocessable,     // well-formed, but a value is not acceptable
  kUnauthenticated,   // who is asking is not known
  kPermissionDenied,  // known, and not allowed
  kNotFound,
  kConflict,  // the present state does not permit it
  kTooLarge,
  kUnsupportedMedia,   // a content type that is not accepted
  kResourceExhausted,  // too many at once; later it may work
  kUnavailable,        // something this depends on does not answer; later it may work
  kDeadlineExceeded,
  kCancelled,
  kInternal,  // a defect
};

// One member of a request that is not acceptable.
struct FieldError {
  std::string field;   // its name, nested ones joined by dots
  std::string code;    // stable: required, too_short ... (FieldError in api/openapi.yaml)
  std::string detail;  // a sentence for people
};

class Error : public std::runtime_error {
 public:
  // `code` is stable, lower_snake_case and part of the API; `detail` is a sentence for people and holds no
  // secret.
  Error(ErrorKind kind, std::string code, const std::string& detail)
      : std::runtime_error(detail), kind_(kind), code_(std::move(code)) {}

  ErrorKind kind() const { return kind_; }
  const std::string& code() const { return code_; }
  std::string detail() const { return what(); }

  // When it makes sense to try again; unset when nothing is known.
  const std::optional<std::chrono::seconds>& retry_after() const { return retry_after_; }
  Error&& RetryAfter(std::chrono::seconds delay) && {
    retry_after_ = delay;
    return std::move(*this);
  }

  const std::vector<FieldError>& fields() const { return fields_; }
  Error&& WithFields(std::vector<FieldError> fields) && {
    fields_ = std::move(fields);
    return std::move(*this);
  }

 private:
  ErrorKind kind_;
  std::string code_;
  std::optional<std::chrono::seconds> retry_after_;
  std::vector<FieldError> fields_;
};

// What a caught exception says, for logs.
std::string Describe(const std::exception_ptr& exception);

}  // namespace descant
