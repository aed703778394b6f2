// Where an Error becomes HTTP: the status and the RFC 9457 problem document. The one place that knows both.
#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>

#include "platform/http/message.h"

namespace descant::http {

namespace {

std::string_view Title(unsigned status) {
  switch (status) {
    case 400:
      return "Malformed request";
    case 401:
      return "Authentication needed";
    case 403:
      return "Not allowed";
    case 404:
      return "Not found";
    case 405:
      return "Method not allowed";
    case 409:
      return "Conflict with the present state";
    case 413:
      return "Too large";
    case 415:
      return "Unsupported media type";
    case 422:
      return "Not acceptable as it is";
    case 429:
      return "Too many requests";
    case 431:
      return "Headers too large";
    case 503:
      return "Not available at the moment";
    case 504:
      return "It took too long";
    default:
      return "Internal error";
  }
}

}  // namespace

unsigned StatusOf(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::kInvalidArgument:
      return 400;
    case ErrorKind::kUnauthenticated:
      return 401;
    case ErrorKind::kPermissionDenied:
      return 403;
    case ErrorKind::kNotFound:
      return 404;
    case ErrorKind::kConflict:
      return 409;
    case ErrorKind::kTooLarge:
      return 413;
    case ErrorKind::kUnsupportedMedia:
      return 415;
    case ErrorKind::kUnprocessable:
      return 422;
    case ErrorKind::kResourceExhausted:
      return 429;
    case ErrorKind::kCancelled:
      return 503;
    case ErrorKind::kUnavailable:
      return 503;
    case ErrorKind::kDeadlineExceeded:
      return 504;
    case ErrorKind::kInternal:
      break;
  }
  return 500;
}

Response Problem(const Error& error, std::string_view request_id) {
  return Problem(error, request_id, StatusOf(error.kind()));
}

Response Problem(const Error& error, std::string_view request_id, unsigned status) {
  const bool internal = error.kind() == ErrorKind::kInternal;
  boost::json::object problem{
      {"type", "about:blank"},
      {"title", Title(status)},
      {"status", status},
      {"code", internal ? "internal" : error.code()},
      {"detail",
       internal ? "Something went wrong here; the request id helps to find out what." : error.detail()},
      {"request_id", request_id}};
  if (!error.fields().empty()) {
    boost::json::array fields;
    for (const FieldError& field : error.fields()) {
      fields.push_back({{"field", field.field}, {"code", field.code}, {"detail", field.detail}});
    }
    problem["errors"] = std::move(fields);
  }
  Response response{.status = status, .body = boost::json::serialize(problem)};
  response.headers = {{"Content-Type", "application/problem+json"}, {"Cache-Control", "no-store"}};
  if (error.retry_after())
    response.headers.emplace_back("Retry-After", std::to_string(error.retry_after()->count()));
  if (status == 401) response.headers.emplace_back("WWW-Authenticate", "Bearer");
  return response;
}

}  // namespace descant::http
