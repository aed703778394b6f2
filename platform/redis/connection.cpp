#include "platform/redis/connection.h"

#include <charconv>
#include <utility>

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/redirect_error.hpp>
#include <fcntl.h>
#include <hiredis/async.h>
#include <hiredis/hiredis.h>

namespace descant::redis {

namespace {

using boost::system::error_code;
using Descriptor = asio::posix::descriptor_base;

constexpr std::string_view kUnix = "unix:";

Reply ToReply(const redisReply& reply) {
  switch (reply.type) {
    case REDIS_REPLY_STRING:
      return {Reply::Kind::kText, std::string(reply.str, reply.len)};
    case REDIS_REPLY_ERROR:
      return {Reply::Kind::kError, std::string(reply.str, reply.len)};
    case REDIS_REPLY_NIL:
      return {Reply::Kind::kNothing, ""};
    case REDIS_REPLY_STATUS:
    case REDIS_REPLY_INTEGER:
      return {Reply::Kind::kDone, ""};
    default:
      return {};
  }
}

// hiredis would look a name up in the middle of the loop.
awaitable<redisAsyncContext*> ConnectTcp(asio::any_io_executor executor, std::string_view address,
                                         std::string& trouble) {
  const std::size_t colon = address.rfind(':');
  std::string host(address.substr(0, colon));
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  const std::string port = colon == std::string_view::npos ? "6379" : std::string(address.substr(colon + 1));
  asio::ip::tcp::resolver resolver(executor);
  error_code error;
  const auto found =
      co_await resolver.async_resolve(host, port, asio::redirect_error(asio::use_awaitable, error));
  if (error) {
    trouble = host + ": " + error.message();
    co_return nullptr;
  }
  const asio::ip::tcp::endpoint endpoint = found.begin()->endpoint();
  co_return redisAsyncConnect(endpoint.address().to_string().c_str(), endpoint.port());
}

}  // namespace

struct Connection::Events {
  static Connection& Of(void* data) { return *static_cast<Connection*>(data); }
  static void AddRead(void* data) noexcept { Of(data).want_read_ = true, Of(data).Watch(); }
  static void DelRead(void* data) noexcept { Of(data).want_read_ = false; }
  static void AddWrite(void* data) noexcept { Of(data).want_write_ = true, Of(data).Watch(); }
  static void DelWrite(void* data) noexcept { Of(data).want_write_ = false; }
  static void Cleanup(void* data) noexcept { Of(data).Detach(); }

  // Answers come in the order of the commands; without a reply when the connection breaks, and then Detach
  // does it.
  static void OnReply(redisAsyncContext* context, void* reply, void*) noexcept {
    auto& pending = Of(context->data).pending_;
    if (!reply || pending.empty()) return;
    pending.front().reply.Set(ToReply(*static_cast<const redisReply*>(reply)));
    pending.pop_front();
  }
};

awaitable<std::shared_ptr<Connection>> Connection::Open(asio::any_io_executor executor, std::string address,
                                                        std::string& trouble) {
  redisAsyncContext* context = nullptr;
  if (address.starts_with(kUnix)) {
    context = redisAsyncConnectUnix(address.c_str() + kUnix.size());
  } else {
    context = co_await ConnectTcp(executor, address, trouble);
  }
  if (!context) co_return nullptr;
  if (context->err) {
    trouble = context->errstr;
    redisAsyncFree(context);
    co_return nullptr;
  }
  const int copy = fcntl(context->c.fd, F_DUPFD_CLOEXEC, 0);
  if (copy < 0) {
    trouble = "no free descriptor";
    redisAsyncFree(context);
    co_return nullptr;
  }
  const std::shared_ptr<Connection> self(new Connection(executor));
  self->Attach(context, copy);
  co_return self;
}

Connection::~Connection() { Close("it was dropped"); }

void Connection::Attach(redisAsyncContext* context, int copy) {
  context_ = context;
  context->data = this;
  context->ev.data = this;
  context->ev.addRead = &Events::AddRead;
  context->ev.delRead = &Events::DelRead;
  context->ev.addWrite = &Events::AddWrite;
  context->ev.delWrite = &Events::DelWrite;
  context->ev.cleanup = &Events::Cleanup;
  socket_.assign(copy);
}

// hiredis calls this last, just before it frees the context, whoever ended the connection.
void Connection::Detach() {
  if (trouble_.empty())
    trouble_ = context_->errstr && *context_->errstr ? context_->errstr : context_->c.errstr;
  context_ = nullptr;
  error_code ignored;
  socket_.close(ignored);
  for (const Pending& command : std::exchange(pending_, {})) command.reply.Set({});
  lost_.Set({});
}

void Connection::Close(const std::string& why) {
  if (!context_) return;
  trouble_ = why;
  redisAsyncFree(context_);
}

awaitable<void> Connection::Lost() { co_await lost_.Wait(); }

// hiredis may end the connection in any of its functions.
void Connection::Watch() {
  if (!context_) return;
  if (want_read_ && !std::exchange(reading_, true)) {
    socket_.async_wait(Descriptor::wait_read, [weak = weak_from_this()](const error_code& error) {
      const auto self = weak.lock();
      if (!self) return;
      self->reading_ = false;
      if (!error && self->context_ && self->want_read_) redisAsyncHandleRead(self->context_);
      if (!error) self->Watch();
    });
  }
  if (want_write_ && !std::exchange(writing_, true)) {
    socket_.async_wait(Descriptor::wait_write, [weak = weak_from_this()](const error_code& error) {
      const auto self = weak.lock();
      if (!self) return;
      self->writing_ = false;
      if (!error && self->context_ && self->want_write_) redisAsyncHandleWrite(self->context_);
      if (!error) self->Watch();
    });
  }
}

awaitable<Reply> Connection::Command(const std::vector<std::string>& arguments,
                                     std::chrono::milliseconds timeout) {
  if (!context_) co_return Reply{};
  std::vector<const char*> texts;
  std::vector<std::size_t> sizes;
  for (const std::string& argument : arguments) {
    texts.push_back(argument.data());
    sizes.push_back(argument.size());
  }
  if (redisAsyncCommandArgv(context_, &Events::OnReply, nullptr, static_cast<int>(texts.size()), texts.data(),
                            sizes.data()) != REDIS_OK) {
    co_return Reply{};
  }
  const runtime::Promise<Reply> reply;
  pending_.push_back({.reply = reply, .deadline = Clock::now() + timeout});
  co_return co_await reply.Wait();
}

void Connection::CheckDeadlines(Clock::time_point now, std::chrono::milliseconds give_up) {
  for (Pending& command : pending_) {
    if (command.deadline > now) break;
    if (!std::exchange(command.late, true)) command.reply.Set({});
  }
  if (late() && pending_.front().deadline + give_up < now) Close("no answer");
}

}  // namespace descant::redis
