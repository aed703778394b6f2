// The life of one HTTP/1.1 connection. Beast parses; the rest is here.
#include "platform/http/connection.h"

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/src.hpp>
#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>

#include "platform/base/utf8.h"
#include "platform/base/uuid.h"
#include "platform/log/log.h"

namespace descant::http {

namespace beast = boost::beast;

namespace {

using Clock = std::chrono::steady_clock;
using Parser = beast::http::request_parser<beast::http::string_body>;
using boost::system::error_code;

constexpr std::size_t kFirstRead = 8 * 1024;

std::optional<Method> ToMethod(beast::http::verb verb) {
  switch (verb) {
    case beast::http::verb::get:
    case beast::http::verb::head: return Method::kGet;
    case beast::http::verb::post: return Method::kPost;
    case beast::http::verb::put: return Method::kPut;
    case beast::http::verb::patch: return Method::kPatch;
    case beast::http::verb::delete_: return Method::kDelete;
    default: return std::nullopt;
  }
}

std::string ToLower(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return lower;
}

// A request id from outside goes into logs and other services: only plain ones are taken.
bool IsPlainRequestId(std::string_view id) {
  return !id.empty() && id.size() <= 64 && std::ranges::all_of(id, [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' || c == '_' || c == '.';
  });
}

// The client's request id, or a new one.
std::string IdOf(const Parser& parser) {
  const auto field = parser.get()["X-Request-Id"];
  const std::string_view id(field.data(), field.size());
  return IsPlainRequestId(id) ? std::string(id) : Uuid::New().ToString();
}

std::string Head(const Response& response, std::string_view request_id, bool keep_alive, bool has_body) {
  const auto reason = beast::http::obsolete_reason(static_cast<beast::http::status>(response.status));
  std::string head = "HTTP/1.1 " + std::to_string(response.status) + " ";
  head.append(reason.data(), reason.size()).append("\r\n");
  for (const auto& [name, value] : response.headers) {
    if (value.find_first_of("\r\n") != std::string::npos) continue;
    head.append(name).append(": ").append(value).append("\r\n");
  }
  if (has_body) head.append("Content-Length: ").append(std::to_string(response.body.size())).append("\r\n");
  head.append("X-Request-Id: ").append(request_id).append("\r\n");
  if (!keep_alive) head.append("Connection: close\r\n");
  return head.append("\r\n");
}

bool IsPlainText(std::string_view text) { return IsUtf8(text) && text.find('\0') == std::string_view::npos; }

// Whether the address, decoded, is text.
bool IsText(const boost::urls::url_view& target) {
  if (!IsPlainText(target.path())) return false;
  return std::ranges::all_of(target.params(), [](const auto& parameter) {
    return IsPlainText(std::string(parameter.key)) && IsPlainText(std::string(parameter.value));
  });
}

Error RequestError(unsigned status) {
  switch (status) {
    case 413: return {ErrorKind::kTooLarge, "body_too_large", "The body is larger than this route takes."};
    case 431: return {ErrorKind::kTooLarge, "headers_too_large", "The request's header is too large."};
    default: return {ErrorKind::kInvalidArgument, "malformed_request", "This is no HTTP/1.1 request."};
  }
}

}  // namespace

class Connection : public std::enable_shared_from_this<Connection> {
 public:
  enum class Phase { kIdle, kReceiving, kHandling, kStreaming };

  Connection(std::shared_ptr<Core> core, Socket socket, std::function<void()> closed)
      : core_(std::move(core)), socket_(std::move(socket)), closed_(std::move(closed)) {
    core_->connections_.insert(this);
  }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;
  ~Connection() {
    core_->connections_.erase(this);
    core_->SettleIfDrained();
    closed_();
  }

  static awaitable<void> Run(std::shared_ptr<Connection> self) {
    while (co_await self->ServeOne()) {
    }
    error_code ignored;
    self->socket_.shutdown(asio::socket_base::shutdown_both, ignored);
  }

  Phase phase() const { return phase_; }
  bool IsLate(Clock::time_point now) const { return now > deadline_; }
  void Close() {
    error_code ignored;
    socket_.close(ignored);
  }
  awaitable<bool> Send(std::string bytes) {
    deadline_ = Clock::now() + core_->settings().send;
    error_code error;
    co_await asio::async_write(socket_, asio::buffer(bytes), asio::redirect_error(asio::use_awaitable, error));
    co_return !error;
  }

 private:
  class Stream final : public EventStream {
   public:
    explicit Stream(Connection& connection) : connection_(connection) {}
    awaitable<void> Send(std::string_view event, std::string_view data) override {
      std::string text = "event: " + std::string(event) + "\n";
      while (true) {
        const std::size_t line = data.find('\n');
        text.append("data: ").append(data.substr(0, line)).append("\n");
        if (line == std::string_view::npos) break;
        data.remove_prefix(line + 1);
      }
      co_await SendOrThrow(text + "\n");
    }
    awaitable<void> Comment() override { co_await SendOrThrow(":\n\n"); }

   private:
    awaitable<void> SendOrThrow(std::string text) {
      const bool sent = !connection_.core_->draining() && co_await connection_.Send(std::move(text));
      if (!sent) throw Error(ErrorKind::kCancelled, "client_gone", "Nobody reads the events any more.");
      connection_.deadline_ = Clock::time_point::max();
    }
    Connection& connection_;
  };

  void Enter(Phase phase, std::chrono::seconds limit) {
    phase_ = phase;
    deadline_ = Clock::now() + limit;
  }

  // One request and its response. False: the connection is over.
  awaitable<bool> ServeOne() {
    const ServerSettings& limits = core_->settings();
    error_code error;
    if (buffer_.size() == 0) {
      Enter(Phase::kIdle, limits.idle);
      const std::size_t got = co_await socket_.async_read_some(buffer_.prepare(kFirstRead),
                                                               asio::redirect_error(asio::use_awaitable, error));
      if (error) co_return false;
      buffer_.commit(got);
    }
    Enter(Phase::kReceiving, limits.receive);
    Parser parser;
    parser.header_limit(static_cast<std::uint32_t>(limits.max_header));
    parser.body_limit(boost::none);
    co_await beast::http::async_read_header(socket_, buffer_, parser, asio::redirect_error(asio::use_awaitable, error));
    if (error == beast::http::error::header_limit) co_return co_await RefuseRequest(431, Uuid::New().ToString());
    if (error && error.category() != beast::http::make_error_code(beast::http::error::bad_method).category()) {
      co_return false;
    }
    if (error) co_return error == beast::http::error::end_of_stream || error == beast::http::error::partial_message
                             ? false
                             : co_await RefuseRequest(400, Uuid::New().ToString());

    const auto target = boost::urls::parse_origin_form(parser.get().target());
    if (!target) co_return co_await RefuseRequest(400, IdOf(parser));
    const auto method = ToMethod(parser.get().method());
    const std::string encoded_path(target->encoded_path().data(), target->encoded_path().size());
    Router::Match match;
    if (method) match = core_->router().Find(*method, encoded_path);
    const std::size_t max_body = match.route ? match.route->max_body : Route{}.max_body;
    if (parser.content_length() && *parser.content_length() > max_body) {
      co_return co_await RefuseRequest(413, IdOf(parser));
    }
    parser.body_limit(max_body);
    if (parser.get()[beast::http::field::expect] == "100-continue" &&
        !co_await Send("HTTP/1.1 100 Continue\r\n\r\n")) {
      co_return false;
    }
    Enter(Phase::kReceiving, limits.receive);
    co_await beast::http::async_read(socket_, buffer_, parser, asio::redirect_error(asio::use_awaitable, error));
    if (error == beast::http::error::body_limit) co_return co_await RefuseRequest(413, IdOf(parser));
    if (error) co_return false;

    Request request = ToRequest(parser, *target, method.value_or(Method::kGet));
    request.parameters = std::move(match.parameters);
    Enter(Phase::kHandling, limits.handle + std::chrono::seconds(5));
    const auto begun = Clock::now();
    Response response = IsText(*target) ? co_await Answer(match, request)
                                        : Problem(RequestError(400), request.context.request_id);
    Log(request, parser, response, Clock::now() - begun);
    if (response.events) co_return co_await StreamEvents(request, response);
    const bool is_head = parser.get().method() == beast::http::verb::head;
    const bool keep_alive = parser.get().keep_alive() && !core_->draining();
    std::string bytes = Head(response, request.context.request_id, keep_alive, response.status != 204);
    if (!is_head) bytes += response.body;
    co_return co_await Send(std::move(bytes)) && keep_alive;
  }

  Request ToRequest(Parser& parser, const boost::urls::url_view& target, Method method) const {
    auto& message = parser.get();
    Request request;
    request.method = method;
    request.path = std::string(target.path());
    for (const auto& parameter : target.params()) {
      request.query.emplace_back(std::string(parameter.key), std::string(parameter.value));
    }
    for (const auto& field : message) {
      request.headers.emplace_back(ToLower({field.name_string().data(), field.name_string().size()}),
                                   std::string(field.value()));
    }
    request.body = std::move(message.body());
    request.context = {.request_id = IdOf(parser),
                       .deadline = Clock::now() + core_->settings().handle};
    return request;
  }

  awaitable<Response> Answer(const Router::Match& match, const Request& request) {
    std::optional<Error> failure;
    try {
      if (match.route) co_return co_await match.route->handler(request);
      if (match.allowed.empty()) {
        failure.emplace(ErrorKind::kNotFound, "route_not_found", "There is nothing at this path.");
      }
    } catch (const Error& error) {
      if (error.kind() == ErrorKind::kInternal) LogDefect(request, error.what());
      failure = error;
    } catch (const std::exception& error) {
      LogDefect(request, error.what());
      failure.emplace(ErrorKind::kInternal, "internal", error.what());
    }
    if (failure) co_return Problem(*failure, request.context.request_id);
    co_return NotAllowed(match, request.context.request_id);
  }

  static Response NotAllowed(const Router::Match& match, std::string_view request_id) {
    std::string allowed;
    for (const Method method : match.allowed) allowed.append(allowed.empty() ? "" : ", ").append(ToString(method));
    const boost::json::object problem{{"type", "about:blank"},
                                      {"title", "Method not allowed"},
                                      {"status", 405},
                                      {"code", "method_not_allowed"},
                                      {"detail", "This path does not know the method."},
                                      {"request_id", request_id}};
    Response response = Json(405, problem);
    response.headers = {{"Content-Type", "application/problem+json"}, {"Cache-Control", "no-store"}, {"Allow", allowed}};
    return response;
  }

  static void LogDefect(const Request& request, const char* what) {
    log::Error("request failed", {{"request_id", request.context.request_id}, {"path", request.path}, {"error", what}});
  }

  static void Log(const Request& request, const Parser& parser, const Response& response, Clock::duration took) {
    log::Write(response.status >= 500 ? log::Level::kWarning : log::Level::kDebug, "request",
               {{"request_id", request.context.request_id},
                {"method", std::string_view(parser.get().method_string().data(), parser.get().method_string().size())},
                {"path", request.path},
                {"status", response.status},
                {"ms", std::chrono::duration<double, std::milli>(took).count()}});
  }

  awaitable<bool> RefuseRequest(unsigned status, std::string id) {
    Response response = Problem(RequestError(status), id);
    response.status = status;
    co_await Send(Head(response, id, false, true) + response.body);
    // What the client still sends is read for a moment, or it would see a reset instead of the answer.
    error_code error;
    socket_.shutdown(asio::socket_base::shutdown_send, error);
    Enter(Phase::kReceiving, std::chrono::seconds(2));
    std::string rest(64 * 1024, '\0');
    while (!error) {
      co_await socket_.async_read_some(asio::buffer(rest), asio::redirect_error(asio::use_awaitable, error));
    }
    co_return false;
  }

  // The end of the stream is the end of the connection.
  awaitable<bool> StreamEvents(const Request& request, const Response& response) {
    if (!co_await Send(Head(response, request.context.request_id, false, false))) co_return false;
    phase_ = Phase::kStreaming;
    deadline_ = Clock::time_point::max();
    core_->SettleIfDrained();
    Stream stream(*this);
    try {
      co_await response.events(stream);
    } catch (const Error& error) {
      if (error.kind() != ErrorKind::kCancelled) LogDefect(request, error.what());
    } catch (const std::exception& error) {
      LogDefect(request, error.what());
    }
    co_return false;
  }

  std::shared_ptr<Core> core_;
  Socket socket_;
  std::function<void()> closed_;
  beast::flat_buffer buffer_;
  Phase phase_ = Phase::kIdle;
  Clock::time_point deadline_ = Clock::time_point::max();
};

Core::Core(asio::io_context& context, const ServerSettings& settings, std::shared_ptr<const Router> router)
    : settings_(settings), router_(std::move(router)), clock_(context) {}

void Core::Serve(std::shared_ptr<Core> core, Socket socket, std::function<void()> closed) {
  const auto executor = socket.get_executor();
  if (core->draining()) return closed();
  auto connection = std::make_shared<Connection>(std::move(core), std::move(socket), std::move(closed));
  runtime::Spawn(executor, "http connection", Connection::Run(std::move(connection)));
}

void Core::StartClock(std::shared_ptr<Core> core) {
  core->clock_.expires_after(std::chrono::seconds(1));
  core->clock_.async_wait([core](const error_code& error) {
    if (error) return;
    const auto now = Clock::now();
    for (Connection* connection : core->connections_) {
      if (connection->IsLate(now)) connection->Close();
    }
    StartClock(core);
  });
}

void Core::Drain(runtime::Promise<runtime::Nothing> done) {
  drained_ = std::move(done);
  for (Connection* connection : connections_) {
    if (connection->phase() == Connection::Phase::kIdle || connection->phase() == Connection::Phase::kStreaming) {
      connection->Close();
    }
  }
  SettleIfDrained();
}

void Core::SettleIfDrained() {
  if (!drained_) return;
  const bool busy = std::ranges::any_of(
      connections_, [](const Connection* c) { return c->phase() != Connection::Phase::kStreaming; });
  if (!busy) drained_->Set({});
}

}  // namespace descant::http
