// Requests and responses as handlers see them: no socket, no Beast.
#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include "platform/base/context.h"
#include "platform/base/error.h"
#include "platform/runtime/awaitable.h"

namespace descant::http {

enum class Method { kGet, kPost, kPut, kPatch, kDelete };
std::string_view ToString(Method method);

using Header = std::pair<std::string, std::string>;

class Request {
 public:
  Method method = Method::kGet;
  std::string path;                // decoded, without the query
  std::vector<Header> query;       // decoded, in order
  std::vector<Header> parameters;  // what the route's {names} matched
  std::vector<Header> headers;     // names in lower case
  std::string body;
  Context context;

  // The first header of this (lower-case) name; empty when there is none.
  std::string_view HeaderValue(std::string_view name) const;
  std::optional<std::string> QueryValue(std::string_view name) const;
  // What {name} in the route matched. The route has to have it.
  const std::string& Parameter(std::string_view name) const;

  // The body as a JSON object. Throws Error: kUnsupportedMedia `unsupported_media_type` unless the content
  // type is application/json, kInvalidArgument `malformed_json` when it is no JSON, not an object, or nested
  // deeper than 16.
  boost::json::object Json() const;

  // The token of `Authorization: Bearer` (RFC 6750). BearerToken throws Error kUnauthenticated
  // `token_missing` without one.
  std::optional<std::string> OptionalBearerToken() const;
  std::string BearerToken() const;

  // `Cookie` by name (RFC 6265).
  std::optional<std::string> Cookie(std::string_view name) const;

  // The address a client reached the platform at, e.g. https://media.example.org, from X-Forwarded-Proto and
  // -Host, which the gateway sets.
  std::string Origin() const;
};

// A stream of server-sent events (the `text/event-stream` of the HTML standard).
class EventStream {
 public:
  virtual ~EventStream() = default;
  // Throws Error kCancelled when the client has gone or the server is about to stop.
  virtual awaitable<void> Send(std::string_view event, std::string_view data) = 0;
  // Keeps proxies from closing a quiet stream, and notices a client that went. Throws the same.
  virtual awaitable<void> Comment() = 0;
};

struct Response {
  unsigned status = 200;
  std::vector<Header> headers;
  std::string body;
  // Set: the response is an event stream, written by this function until it returns. It owns its data.
  std::function<awaitable<void>(EventStream&)> events;
};

Response Json(unsigned status, const boost::json::value& value);
Response JsonText(unsigned status, std::string text);  // of a JSON value
Response Created(const std::string& location, const boost::json::value& value);
Response NoContent();
Response Events(std::function<awaitable<void>(EventStream&)> write);

// The RFC 9457 problem document of an error. Errors of kind kInternal say nothing of what happened.
Response Problem(const Error& error, std::string_view request_id);
// The same under a status that no kind of error stands for: 405, 431.
Response Problem(const Error& error, std::string_view request_id, unsigned status);
unsigned StatusOf(ErrorKind kind);

}  // namespace descant::http
