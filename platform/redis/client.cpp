#include "platform/redis/client.h"

#include <hiredis/async.h>
#include <hiredis/hiredis.h>

#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <deque>

#include "platform/log/log.h"
#include "platform/runtime/promise.h"

namespace descant::redis {

namespace {

using boost::system::error_code;
using std::chrono::milliseconds;
using Clock = std::chrono::steady_clock;

constexpr std::size_t kMaxPending = 1024;
constexpr milliseconds kTick{25};
constexpr milliseconds kFirstBackoff{20};
constexpr milliseconds kLongestBackoff{1000};

// What a command answered, as far as a cache cares. Nothing at all: it failed.
struct Reply {
  std::optional<std::string> text;
  std::int64_t number = 0;
  bool ok = false;
};

Reply ToReply(const redisReply* reply) {
  switch (reply->type) {
    case REDIS_REPLY_STRING: return {.text = std::string(reply->str, reply->len), .ok = true};
    case REDIS_REPLY_STATUS:
    case REDIS_REPLY_NIL: return {.ok = true};
    case REDIS_REPLY_INTEGER: return {.number = reply->integer, .ok = true};
    default: return {};
  }
}

// Keeps a hash at least as long as its newest field. One round trip, and nobody sees the field without the expiry.
constexpr std::string_view kHashSetScript =
    "redis.call('HSET', KEYS[1], ARGV[1], ARGV[2]) "
    "if redis.call('PTTL', KEYS[1]) < tonumber(ARGV[3]) then redis.call('PEXPIRE', KEYS[1], ARGV[3]) end "
    "return 1";

}  // namespace

struct Client::State : std::enable_shared_from_this<Client::State> {
  struct Pending {
    runtime::Promise<Reply> reply;
    Clock::time_point deadline;
    bool late = false;
  };

  State(asio::any_io_executor loop, ClientSettings limits)
      : executor(loop), settings(std::move(limits)), socket(loop), clock(loop), retry(loop) {}

  asio::any_io_executor executor;
  ClientSettings settings;
  redisAsyncContext* context = nullptr;
  asio::posix::stream_descriptor socket;
  bool want_read = false, want_write = false, reading = false, writing = false;
  bool connected = false;
  bool closed = false;
  bool ticking = false;
  std::deque<std::shared_ptr<Pending>> pending;  // in the order of sending
  asio::steady_timer clock;
  asio::steady_timer retry;
  milliseconds backoff = kFirstBackoff;

  static State* Of(void* data) { return static_cast<State*>(data); }

  void Connect() {
    if (closed) return;
    const std::string& address = settings.address;
    if (address.starts_with("unix:")) {
      context = redisAsyncConnectUnix(address.c_str() + 5);
    } else {
      const std::size_t colon = address.rfind(':');
      context = redisAsyncConnect(address.substr(0, colon).c_str(),
                                  colon == std::string::npos ? 6379 : std::atoi(address.c_str() + colon + 1));
    }
    if (!context || context->err) {
      if (context) redisAsyncFree(std::exchange(context, nullptr));
      return TryAgain();
    }
    context->data = this;
    context->ev.data = this;
    context->ev.addRead = [](void* data) { Of(data)->Want(&State::want_read, true); };
    context->ev.delRead = [](void* data) { Of(data)->Want(&State::want_read, false); };
    context->ev.addWrite = [](void* data) { Of(data)->Want(&State::want_write, true); };
    context->ev.delWrite = [](void* data) { Of(data)->Want(&State::want_write, false); };
    context->ev.cleanup = [](void* data) { Of(data)->Detach(); };
    socket.assign(context->c.fd);
    redisAsyncSetConnectCallback(context, [](const redisAsyncContext* from, int status) {
      Of(from->data)->Connected(status == REDIS_OK);
    });
    redisAsyncSetDisconnectCallback(context, [](const redisAsyncContext* from, int) { Of(from->data)->Lost(); });
    if (!settings.password.empty()) Send({"AUTH", settings.password}, nullptr);
  }

  void Connected(bool ok) {
    if (!ok) {  // hiredis frees the context after this
      context = nullptr;
      return TryAgain();
    }
    connected = true;
    backoff = kFirstBackoff;
  }

  void Lost() {
    context = nullptr;
    if (std::exchange(connected, false)) log::Warning("redis is gone", {{"address", settings.address}});
    TryAgain();
  }

  void TryAgain() {
    FailAll();
    if (closed) return;
    retry.expires_after(backoff);
    backoff = std::min(backoff * 2, kLongestBackoff);
    retry.async_wait([self = shared_from_this()](const error_code& error) {
      if (!error && !self->context) self->Connect();
    });
  }

  void FailAll() {
    for (const auto& command : std::exchange(pending, {})) command->reply.Set({});
  }

  void Close() {
    closed = true;
    clock.cancel();
    retry.cancel();
    FailAll();
    if (context) redisAsyncFree(std::exchange(context, nullptr));
  }

  // hiredis says what it waits for; the descriptor is watched for just that.
  void Want(bool State::* what, bool wanted) {
    this->*what = wanted;
    Watch();
  }

  void Watch() {
    if (!socket.is_open()) return;
    if (want_read && !reading) {
      reading = true;
      socket.async_wait(asio::posix::descriptor_base::wait_read, [self = shared_from_this()](const error_code& error) {
        self->reading = false;
        if (error || !self->context) return;
        redisAsyncHandleRead(self->context);
        self->Watch();
      });
    }
    if (want_write && !writing) {
      writing = true;
      socket.async_wait(asio::posix::descriptor_base::wait_write, [self = shared_from_this()](const error_code& error) {
        self->writing = false;
        if (error || !self->context) return;
        redisAsyncHandleWrite(self->context);
        self->Watch();
      });
    }
  }

  void Detach() {  // hiredis closes the descriptor
    want_read = want_write = false;
    if (socket.is_open()) {
      error_code ignored;
      socket.cancel(ignored);
      socket.release();
    }
  }

  // `command` is null for what nobody waits for. False: it was not sent.
  bool Send(const std::vector<std::string>& arguments, const std::shared_ptr<Pending>& command) {
    std::vector<const char*> texts;
    std::vector<std::size_t> sizes;
    for (const std::string& argument : arguments) {
      texts.push_back(argument.data());
      sizes.push_back(argument.size());
    }
    auto* owned = command ? new std::shared_ptr<Pending>(command) : nullptr;
    const int sent = redisAsyncCommandArgv(context, command ? &State::OnReply : nullptr, owned,
                                           static_cast<int>(texts.size()), texts.data(), sizes.data());
    if (sent != REDIS_OK) delete owned;
    return sent == REDIS_OK;
  }

  static void OnReply(redisAsyncContext*, void* answer, void* data) {
    const std::unique_ptr<std::shared_ptr<Pending>> command(static_cast<std::shared_ptr<Pending>*>(data));
    (*command)->reply.Set(answer ? ToReply(static_cast<const redisReply*>(answer)) : Reply{});
    (*command)->late = true;  // over: the clock need not look at it any more
  }

  static awaitable<Reply> Command(std::shared_ptr<State> self, std::vector<std::string> arguments) {
    if (!self->context || !self->connected || self->pending.size() >= kMaxPending) co_return Reply{};
    auto command = std::make_shared<Pending>();
    command->deadline = Clock::now() + self->settings.timeout;
    if (!self->Send(arguments, command)) co_return Reply{};
    while (!self->pending.empty() && self->pending.front()->late) self->pending.pop_front();
    self->pending.push_back(command);
    if (!self->ticking) Tick(self);
    co_return co_await command->reply.Wait();
  }

  // One timer for all commands; it rests while there are none.
  static void Tick(std::shared_ptr<State> self) {
    self->ticking = true;
    self->clock.expires_after(kTick);
    self->clock.async_wait([self](const error_code& error) {
      self->ticking = false;
      if (error) return;
      const auto now = Clock::now();
      auto& pending = self->pending;
      while (!pending.empty() && (pending.front()->late || pending.front()->deadline < now)) {
        pending.front()->reply.Set({});
        pending.pop_front();
      }
      if (!pending.empty()) Tick(self);
    });
  }
};

Client::Client(asio::any_io_executor executor, ClientSettings settings)
    : state_(std::make_shared<State>(std::move(executor), std::move(settings))) {
  state_->Connect();
}

Client::~Client() { state_->Close(); }

bool Client::connected() const { return state_->connected; }

awaitable<std::optional<std::string>> Client::Get(std::string key) {
  Reply reply = co_await State::Command(state_, {"GET", std::move(key)});
  co_return std::move(reply.text);
}

awaitable<bool> Client::Set(std::string key, std::string value, milliseconds ttl) {
  const Reply reply = co_await State::Command(
      state_, {"SET", std::move(key), std::move(value), "PX", std::to_string(std::max<std::int64_t>(1, ttl.count()))});
  co_return reply.ok;
}

awaitable<std::optional<std::string>> Client::HashGet(std::string key, std::string field) {
  Reply reply = co_await State::Command(state_, {"HGET", std::move(key), std::move(field)});
  co_return std::move(reply.text);
}

awaitable<bool> Client::HashSet(std::string key, std::string field, std::string value, milliseconds ttl) {
  const Reply reply = co_await State::Command(
      state_, {"EVAL", std::string(kHashSetScript), "1", std::move(key), std::move(field), std::move(value),
               std::to_string(std::max<std::int64_t>(1, ttl.count()))});
  co_return reply.ok;
}

awaitable<bool> Client::Delete(std::string key) {
  const Reply reply = co_await State::Command(state_, {"UNLINK", std::move(key)});
  co_return reply.ok;
}

}  // namespace descant::redis
