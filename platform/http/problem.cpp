// Where an Error becomes HTTP: the status and the RFC 9457 problem document. The one place that knows both.
#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>

#include "platform/http/message.h"

namespace descant::http {

namespace {

struct Status {
  unsigned code;
  std::string_view title;
};

Status For(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::kInvalidArgument: return {400, "Malformed request"};
    case ErrorKind::kUnauthenticated: return {401, "Authentication needed"};
    case ErrorKind::kPermissionDenied: return {403, "Not allowed"};
    case ErrorKind::kNotFound: return {404, "Not found"};
    case ErrorKind::kConflict: return {409, "Conflict with the present state"};
    case ErrorKind::kTooLarge: return {413, "Too large"};
    case ErrorKind::kUnsupportedMedia: return {415, "Unsupported media type"};
    case ErrorKind::kUnprocessable: return {422, "Not acceptable as it is"};
    case ErrorKind::kResourceExhausted: return {429, "Too many requests"};
    case ErrorKind::kCancelled: return {503, "Cancelled"};
    case ErrorKind::kUnavailable: return {503, "Not available at the moment"};
    case ErrorKind::kDeadlineExceeded: return {504, "It took too long"};
    case ErrorKind::kInternal: break;
  }
  return {500, "Internal error"};
}

}  // namespace

unsigned StatusOf(ErrorKind kind) { return For(kind).code; }

Response Problem(const Error& error, std::string_view request_id) {
  const auto [status, title] = For(error.kind());
  const bool internal = error.kind() == ErrorKind::kInternal;
  boost::json::object problem{
      {"type", "about:blank"},
      {"title", title},
      {"status", status},
      {"code", internal ? "internal" : error.code()},
      {"detail", internal ? "Something went wrong here; the request id helps to find out what." : error.detail()},
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
  if (error.retry_after()) response.headers.emplace_back("Retry-After", std::to_string(error.retry_after()->count()));
  if (status == 401) response.headers.emplace_back("WWW-Authenticate", "Bearer");
  return response;
}

}  // namespace descant::http
