#include "platform/http/message.h"

#include <algorithm>
#include <stdexcept>

#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

namespace descant::http {

namespace {

constexpr std::size_t kMaxJsonDepth = 16;

char ToLower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool EqualsIgnoringCase(std::string_view a, std::string_view b) {
  return std::ranges::equal(a, b, {}, ToLower, ToLower);
}

// The media type of a Content-Type value, without its parameters.
std::string_view MediaType(std::string_view value) {
  value = value.substr(0, value.find(';'));
  while (value.ends_with(' ') || value.ends_with('\t')) value.remove_suffix(1);
  return value;
}

const std::string* Find(const std::vector<Header>& headers, std::string_view name) {
  const auto found = std::ranges::find(headers, name, &Header::first);
  return found == headers.end() ? nullptr : &found->second;
}

}  // namespace

std::string_view ToString(Method method) {
  switch (method) {
    case Method::kGet:
      return "GET";
    case Method::kPost:
      return "POST";
    case Method::kPut:
      return "PUT";
    case Method::kPatch:
      return "PATCH";
    case Method::kDelete:
      return "DELETE";
  }
  return "";
}

std::string_view Request::HeaderValue(std::string_view name) const {
  const std::string* value = Find(headers, name);
  return value ? std::string_view(*value) : std::string_view();
}

std::optional<std::string> Request::QueryValue(std::string_view name) const {
  const std::string* value = Find(query, name);
  return value ? std::optional(*value) : std::nullopt;
}

const std::string& Request::Parameter(std::string_view name) const {
  const std::string* value = Find(parameters, name);
  if (!value) throw std::logic_error("the route has no {" + std::string(name) + "}");
  return *value;
}

boost::json::object Request::Json() const {
  if (!EqualsIgnoringCase(MediaType(HeaderValue("content-type")), "application/json")) {
    throw Error(ErrorKind::kUnsupportedMedia, "unsupported_media_type",
                "The body has to be application/json.");
  }
  boost::json::parse_options options;
  options.max_depth = kMaxJsonDepth;
  boost::system::error_code error;
  boost::json::value value = boost::json::parse(body, error, {}, options);
  if (error || !value.is_object()) {
    throw Error(ErrorKind::kInvalidArgument, "malformed_json", "The body is not a JSON object.");
  }
  return std::move(value.get_object());
}

std::optional<std::string> Request::OptionalBearerToken() const {
  constexpr std::string_view kScheme = "bearer ";
  std::string_view value = HeaderValue("authorization");
  if (!EqualsIgnoringCase(value.substr(0, kScheme.size()), kScheme)) return std::nullopt;
  value.remove_prefix(kScheme.size());
  while (value.starts_with(' ')) value.remove_prefix(1);
  if (value.empty()) return std::nullopt;
  return std::string(value);
}

std::string Request::BearerToken() const {
  auto token = OptionalBearerToken();
  if (!token) throw Error(ErrorKind::kUnauthenticated, "token_missing", "This needs an access token.");
  return *std::move(token);
}

std::optional<std::string> Request::Cookie(std::string_view name) const {
  std::string_view rest = HeaderValue("cookie");
  while (!rest.empty()) {
    std::string_view pair = rest.substr(0, rest.find(';'));
    rest.remove_prefix(std::min(pair.size() + 1, rest.size()));
    while (pair.starts_with(' ')) pair.remove_prefix(1);
    const std::size_t equals = pair.find('=');
    if (equals != std::string_view::npos && pair.substr(0, equals) == name) {
      return std::string(pair.substr(equals + 1));
    }
  }
  return std::nullopt;
}

std::string Request::Origin() const {
  const std::string_view proto = HeaderValue("x-forwarded-proto");
  std::string_view host = HeaderValue("x-forwarded-host");
  if (host.empty()) host = HeaderValue("host");
  return std::string(proto == "https" ? "https" : "http") + "://" + std::string(host);
}

Response Json(unsigned status, const boost::json::value& value) {
  return JsonText(status, boost::json::serialize(value));
}

Response JsonText(unsigned status, std::string text) {
  return {.status = status, .headers = {{"Content-Type", "application/json"}}, .body = std::move(text)};
}

Response Created(const std::string& location, const boost::json::value& value) {
  Response response = Json(201, value);
  response.headers.emplace_back("Location", location);
  return response;
}

Response NoContent() { return {.status = 204}; }

Response Events(std::function<awaitable<void>(EventStream&)> write) {
  return {.headers = {{"Content-Type", "text/event-stream"}, {"Cache-Control", "no-store"}},
          .events = std::move(write)};
}

}  // namespace descant::http
