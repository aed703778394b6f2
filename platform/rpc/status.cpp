// Where an Error becomes a gRPC status and back. The one place that knows both.
//
// The stable code and the delay travel in the status's details as `<code>` or `<code> <seconds>`. A status
// without details is gRPC's own; its message names sockets and addresses, so it is logged and not passed on.
#include <cstdlib>

#include <grpcpp/support/status.h>

#include "platform/log/log.h"
#include "platform/rpc/client.h"

namespace descant::rpc {

namespace {

grpc::StatusCode CodeOf(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::kInvalidArgument:
    case ErrorKind::kUnprocessable:
    case ErrorKind::kUnsupportedMedia:
      return grpc::StatusCode::INVALID_ARGUMENT;
    case ErrorKind::kUnauthenticated:
      return grpc::StatusCode::UNAUTHENTICATED;
    case ErrorKind::kPermissionDenied:
      return grpc::StatusCode::PERMISSION_DENIED;
    case ErrorKind::kNotFound:
      return grpc::StatusCode::NOT_FOUND;
    case ErrorKind::kConflict:
      return grpc::StatusCode::FAILED_PRECONDITION;
    case ErrorKind::kTooLarge:
      return grpc::StatusCode::OUT_OF_RANGE;
    case ErrorKind::kResourceExhausted:
      return grpc::StatusCode::RESOURCE_EXHAUSTED;
    case ErrorKind::kUnavailable:
      return grpc::StatusCode::UNAVAILABLE;
    case ErrorKind::kDeadlineExceeded:
      return grpc::StatusCode::DEADLINE_EXCEEDED;
    case ErrorKind::kCancelled:
      return grpc::StatusCode::CANCELLED;
    case ErrorKind::kInternal:
      break;
  }
  return grpc::StatusCode::INTERNAL;
}

struct Meaning {
  ErrorKind kind;
  const char* code;  // when the server sent none
};

Meaning MeaningOf(grpc::StatusCode code) {
  switch (code) {
    case grpc::StatusCode::INVALID_ARGUMENT:
      return {ErrorKind::kInvalidArgument, "invalid_argument"};
    case grpc::StatusCode::UNAUTHENTICATED:
      return {ErrorKind::kUnauthenticated, "unauthenticated"};
    case grpc::StatusCode::PERMISSION_DENIED:
      return {ErrorKind::kPermissionDenied, "permission_denied"};
    case grpc::StatusCode::NOT_FOUND:
      return {ErrorKind::kNotFound, "not_found"};
    case grpc::StatusCode::ALREADY_EXISTS:
    case grpc::StatusCode::ABORTED:
    case grpc::StatusCode::FAILED_PRECONDITION:
      return {ErrorKind::kConflict, "conflict"};
    case grpc::StatusCode::OUT_OF_RANGE:
      return {ErrorKind::kTooLarge, "too_large"};
    case grpc::StatusCode::RESOURCE_EXHAUSTED:
      return {ErrorKind::kResourceExhausted, "resource_exhausted"};
    case grpc::StatusCode::UNAVAILABLE:
      return {ErrorKind::kUnavailable, "unavailable"};
    case grpc::StatusCode::DEADLINE_EXCEEDED:
      return {ErrorKind::kDeadlineExceeded, "deadline_exceeded"};
    case grpc::StatusCode::CANCELLED:
      return {ErrorKind::kCancelled, "cancelled"};
    default:
      return {ErrorKind::kInternal, "internal"};
  }
}

}  // namespace

grpc::Status ToStatus(const Error& error) {
  if (error.kind() == ErrorKind::kInternal) {
    return {grpc::StatusCode::INTERNAL, "Something went wrong here.", "internal"};
  }
  std::string details = error.code();
  if (error.retry_after()) details += " " + std::to_string(error.retry_after()->count());
  return {CodeOf(error.kind()), error.what(), details};
}

Error ToError(const grpc::Status& status) {
  const Meaning meaning = MeaningOf(status.error_code());
  const std::string& details = status.error_details();
  if (details.empty()) {
    log::Info("rpc failed",
              {{"status", static_cast<int>(status.error_code())}, {"error", status.error_message()}});
    return {meaning.kind, meaning.code, "A service that this needs did not answer as it should."};
  }
  if (details == kSecretInvalid) return {ErrorKind::kInternal, kSecretInvalid, status.error_message()};
  const std::size_t space = details.find(' ');
  Error error(meaning.kind, details.substr(0, space), status.error_message());
  if (space == std::string::npos) return error;
  return std::move(error).RetryAfter(std::chrono::seconds(std::atol(details.c_str() + space)));
}

}  // namespace descant::rpc
