// The life of one HTTP/1.1 connection. Beast parses; the rest is here.
#include "platform/http/connection.h"

#include <array>

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
constexpr std::size_t kBodyPiece = 64 * 1024;  // read at a time
constexpr std::chrono::seconds kOvertime{2};   // for a handler's own answer, once its deadline has passed

std::optional<Method> ToMethod(beast::http::verb verb) {
  switch (verb) {
    case beast::http::verb::get:
    case beast::http::verb::head:
      return Method::kGet;
    case beast::http::verb::post:
      return Method::kPost;
    case beast::http::verb::put:
      return Method::kPut;
    case beast::http::verb::patch:
      return Method::kPatch;
    case beast::http::verb::delete_:
      return Method::kDelete;
    default:
      return std::nullopt;
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
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' ||
           c == '_' || c == '.';
  });
}

bool HasLineBreak(std::string_view text) { return text.find_first_of("\r\n") != std::string_view::npos; }

bool IsPlainText(std::string_view text) { return IsUtf8(text) && !text.contains('\0'); }

std::string Head(const Response& response, std::string_view request_id, bool keep_alive, bool has_body) {
  const auto reason = beast::http::obsolete_reason(static_cast<beast::http::status>(response.status));
  std::string head;
  head.reserve(512);
  head.append("HTTP/1.1 ").append(std::to_string(response.status)).append(" ");
  head.append(reason.data(), reason.size()).append("\r\n");
  for (const auto& [name, value] : response.headers) {
    if (HasLineBreak(name) || HasLineBreak(value)) continue;
    head.append(name).append(": ").append(value).append("\r\n");
  }
  if (has_body) head.append("Content-Length: ").append(std::to_string(response.body.size())).append("\r\n");
  head.append("X-Request-Id: ").append(request_id).append("\r\n");
  if (!keep_alive) head.append("Connection: close\r\n");
  return head.append("\r\n");
}

// What a request that cannot be read is answered with; nothing when there is nobody to answer.
std::optional<unsigned> RefusalOf(const error_code& error) {
  using beast::http::error;
  if (error == error::header_limit) return 431;
  if (error == error::body_limit) return 413;
  if (error == error::end_of_stream || error == error::partial_message) return std::nullopt;
  const bool is_malformed = error.category() == make_error_code(error::bad_method).category();
  return is_malformed ? std::optional(400U) : std::nullopt;
}

Error RequestError(unsigned status) {
  switch (status) {
    case 413:
      return {ErrorKind::kTooLarge, "body_too_large", "The body is larger than this route takes."};
    case 431:
      return {ErrorKind::kTooLarge, "headers_too_large", "The request headers are too large."};
    default:
      return {ErrorKind::kInvalidArgument, "malformed_request", "This is no HTTP/1.1 request."};
  }
}

}  // namespace

class Connection : public std::enable_shared_from_this<Connection> {
 public:
  enum class Phase { kIdle, kReceiving, kHandling, kSending, kStreaming };

  Connection(std::shared_ptr<Core> core, Socket socket, std::function<void()> closed)
      : core_(std::move(core)),
        socket_(std::move(socket)),
        closed_(std::move(closed)),
        buffer_(core_->settings().max_header + kBodyPiece) {
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
    // An answer may have been on its way, with keep-alive, when the draining began.
    while (co_await self->ServeOne() && !self->core_->draining()) {
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

  // The end of a connection that is past its deadline. A handler that never came back is answered for.
  void Expire() {
    if (phase_ == Phase::kHandling) {
      const Response response =
          Problem(Error(ErrorKind::kDeadlineExceeded, "deadline_exceeded", "It took too long."), request_id_);
      const std::string bytes = Head(response, request_id_, false, true) + response.body;
      error_code ignored;
      socket_.non_blocking(true, ignored);
      socket_.write_some(asio::buffer(bytes), ignored);
      log::Warning("request took too long", {{"request_id", request_id_}});
    }
    deadline_ = Clock::time_point::max();
    Close();
  }
  awaitable<bool> Send(std::string head, std::string_view body = {}) {
    deadline_ = Clock::now() + core_->settings().send;
    error_code error;
    const std::array<asio::const_buffer, 2> bytes{asio::buffer(head), asio::buffer(body)};
    co_await asio::async_write(socket_, bytes, asio::redirect_error(asio::use_awaitable, error));
    co_return !error;
  }

 private:
  class Stream final : public EventStream {
   public:
    explicit Stream(Connection& connection) : connection_(connection) {}
    awaitable<void> Send(std::string_view event, std::string_view data) override {
      std::string text = "event: " + std::string(event) + "\n";
      while (true) {
        const std::size_t line = std::min(data.find_first_of("\r\n"), data.size());
        text.append("data: ").append(data.substr(0, line)).append("\n");
        if (line == data.size()) break;
        data.remove_prefix(line + (data.substr(line).starts_with("\r\n") ? 2 : 1));
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
      const std::size_t got = co_await socket_.async_read_some(
          buffer_.prepare(kFirstRead), asio::redirect_error(asio::use_awaitable, error));
      if (error) co_return false;
      buffer_.commit(got);
    }
    Enter(Phase::kReceiving, limits.receive);
    Parser parser;
    parser.header_limit(static_cast<std::uint32_t>(limits.max_header));
    parser.body_limit(boost::none);
    co_await beast::http::async_read_header(socket_, buffer_, parser,
                                            asio::redirect_error(asio::use_awaitable, error));
    request_id_ = RequestIdOf(parser);
    if (error) co_return co_await RefuseRequest(RefusalOf(error));
    const auto target = TargetOf(parser);
    if (!target) co_return co_await RefuseRequest(400);
    const auto method = ToMethod(parser.get().method());
    const std::string encoded_path(target->encoded_path().data(), target->encoded_path().size());
    Router::Match match = core_->router().Find(method.value_or(Method::kGet), encoded_path);
    if (!method) match.route = nullptr;
    const std::size_t max_body = match.route ? match.route->max_body : Route{}.max_body;
    if (parser.content_length() && *parser.content_length() > max_body) co_return co_await RefuseRequest(413);
    parser.body_limit(max_body);
    const bool is_waiting = beast::iequals(parser.get()[beast::http::field::expect], "100-continue") &&
                            parser.get().version() == 11;
    const auto received_by = deadline_;
    if (is_waiting && !co_await Send("HTTP/1.1 100 Continue\r\n\r\n")) co_return false;
    deadline_ = received_by;
    co_await beast::http::async_read(socket_, buffer_, parser,
                                     asio::redirect_error(asio::use_awaitable, error));
    if (error) co_return co_await RefuseRequest(RefusalOf(error));

    Request request = ToRequest(parser, *target, method.value_or(Method::kGet));
    request.parameters = std::move(match.parameters);
    Enter(Phase::kHandling, limits.handle + kOvertime);
    const auto begun = Clock::now();
    Response response = co_await Answer(match, request);
    phase_ = Phase::kSending;
    Log(request, parser, response, Clock::now() - begun);
    const bool is_head = parser.get().method() == beast::http::verb::head;
    if (response.events) co_return co_await StreamEvents(request, response, is_head);
    const bool keep_alive = parser.get().keep_alive() && !core_->draining();
    std::string head = Head(response, request.context.request_id, keep_alive, response.status != 204);
    const std::string_view body = is_head ? std::string_view() : response.body;
    co_return co_await Send(std::move(head), body) && keep_alive;
  }

  // Where the request goes, when it is one that may be answered: one Host (RFC 9112 section 3.2), a body
  // whose end is known (section 6.3), and a path and a query that are text.
  static std::optional<boost::urls::url_view> TargetOf(const Parser& parser) {
    const auto& message = parser.get();
    const std::size_t hosts = message.count(beast::http::field::host);
    if (hosts > 1 || (hosts == 0 && message.version() == 11)) return std::nullopt;
    if (message.count(beast::http::field::transfer_encoding) > 0 && !parser.chunked()) return std::nullopt;
    auto target = boost::urls::parse_origin_form(message.target());
    if (!target) target = boost::urls::parse_absolute_uri(message.target());
    if (!target || !IsPlainText(target->path()) || !IsPlainText(target->query())) return std::nullopt;
    return *target;
  }

  static std::string RequestIdOf(const Parser& parser) {
    const std::string_view id = parser.get()["X-Request-Id"];
    return IsPlainRequestId(id) ? std::string(id) : Uuid::New().ToString();
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
    request.context = {.request_id = request_id_, .deadline = Clock::now() + core_->settings().handle};
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
      if (error.kind() == ErrorKind::kInternal) LogDefect(request, Describe(std::current_exception()));
      failure = error;
    } catch (...) {
      LogDefect(request, Describe(std::current_exception()));
      failure.emplace(ErrorKind::kInternal, "internal", "");
    }
    if (failure) co_return Problem(*failure, request.context.request_id);
    co_return NotAllowed(match, request.context.request_id);
  }

  static Response NotAllowed(const Router::Match& match, std::string_view request_id) {
    std::string allowed;
    for (const Method method : match.allowed) {
      allowed.append(allowed.empty() ? "" : ", ").append(ToString(method));
      if (method == Method::kGet) allowed.append(", HEAD");
    }
    Response response = Problem(
        Error(ErrorKind::kInvalidArgument, "method_not_allowed", "This path does not know the method."),
        request_id, 405);
    response.headers.emplace_back("Allow", allowed);
    return response;
  }

  static void LogDefect(const Request& request, std::string_view what) {
    log::Error("request failed",
               {{"request_id", request.context.request_id}, {"path", request.path}, {"error", what}});
  }

  static void Log(const Request& request, const Parser& parser, const Response& response,
                  Clock::duration took) {
    const log::Level level = response.status >= 500 ? log::Level::kWarning : log::Level::kDebug;
    if (!log::Writes(level)) return;
    log::Write(level, "request",
               {{"request_id", request.context.request_id},
                {"method",
                 std::string_view(parser.get().method_string().data(), parser.get().method_string().size())},
                {"path", request.path},
                {"status", response.status},
                {"ms", std::chrono::duration<double, std::milli>(took).count()}});
  }

  // The answer to what cannot be read as a request, if any; what follows on the connection has no known
  // beginning.
  awaitable<bool> RefuseRequest(std::optional<unsigned> status) {
    if (!status) co_return false;
    const Response response = Problem(RequestError(*status), request_id_, *status);
    log::Debug("request refused", {{"request_id", request_id_}, {"status", *status}});
    co_await Send(Head(response, request_id_, false, true) + response.body);
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
  awaitable<bool> StreamEvents(const Request& request, const Response& response, bool is_head) {
    if (!co_await Send(Head(response, request.context.request_id, false, false)) || is_head) co_return false;
    if (core_->draining()) co_return false;
    phase_ = Phase::kStreaming;
    deadline_ = Clock::time_point::max();
    core_->SettleIfDrained();
    Stream stream(*this);
    try {
      co_await response.events(stream);
    } catch (const Error& error) {
      if (error.kind() != ErrorKind::kCancelled) LogDefect(request, Describe(std::current_exception()));
    } catch (...) {
      LogDefect(request, Describe(std::current_exception()));
    }
    co_return false;
  }

  std::shared_ptr<Core> core_;
  Socket socket_;
  std::function<void()> closed_;
  beast::flat_buffer buffer_;
  std::string request_id_;  // of the request that is being served
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
      if (connection->IsLate(now)) connection->Expire();
    }
    StartClock(core);
  });
}

void Core::Drain(runtime::Promise<runtime::Nothing> done) {
  drained_ = std::move(done);
  for (Connection* connection : connections_) {
    if (connection->phase() == Connection::Phase::kIdle ||
        connection->phase() == Connection::Phase::kStreaming) {
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
