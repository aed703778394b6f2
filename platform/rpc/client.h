// Calls to other services, as coroutines.
//
//   rpc::Channel channel({.target = "unix:/run/user.sock", .internal_secret = secret});
//   const auto stub = channel.Stub<user::v1::UserService>();
//   auto reply = co_await channel.Unary(*stub, &Stub::async_interface::GetUsers, request, context, 2s);
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <utility>

#include <grpcpp/channel.h>
#include <grpcpp/client_context.h>
#include <grpcpp/support/client_callback.h>
#include <grpcpp/support/status.h>

#include "platform/base/context.h"
#include "platform/base/error.h"
#include "platform/runtime/promise.h"

namespace descant::rpc {

struct ChannelSettings {
  std::string target;  // unix:/path, or dns:///host:port; several addresses are used in turn (round robin)
  std::string internal_secret;  // sent as the metadata `x-descant-secret`
  int tries = 3;                // of a call that gets UNAVAILABLE, with backoff, within its deadline
  std::chrono::milliseconds idle = std::chrono::milliseconds::max();  // without a call, until it disconnects
};

// What the server calls a call without the internal secret. To the caller that is a defect of its own
// (kInternal), and not whoever it calls for.
inline constexpr const char* kSecretInvalid = "secret_invalid";

// The Error of a failed call: its kind from the status code, its code from what the server sent
// (platform/rpc/status.cpp).
Error ToError(const grpc::Status& status);
grpc::Status ToStatus(const Error& error);

// Thread-safe. Keeps its connection alive, connects again within a second. A process makes as many as it has
// peers: what is behind one lasts as long as the process.
class Channel {
 public:
  explicit Channel(ChannelSettings settings);

  template <class Service>
  std::unique_ptr<typename Service::Stub> Stub() const {
    return Service::NewStub(channel_);
  }

  // Secret, request id and deadline (the earlier of the context's and `timeout` from now; no timeout for
  // streams that last).
  std::shared_ptr<grpc::ClientContext> Begin(const Context& context, std::chrono::milliseconds timeout) const;

  // One call. Throws Error. `AsyncStub` is the stub's async_interface.
  template <class Stub, class AsyncStub, class Request, class Reply>
  awaitable<Reply> Unary(Stub& stub,
                         void (AsyncStub::*method)(grpc::ClientContext*, const Request*, Reply*,
                                                   std::function<void(grpc::Status)>),
                         Request request, Context context, std::chrono::milliseconds timeout) const {
    co_return co_await Unary(stub, method, std::move(request), Begin(context, timeout));
  }

  // The same with a context of Begin, which the caller may cancel.
  template <class Stub, class AsyncStub, class Request, class Reply>
  awaitable<Reply> Unary(Stub& stub,
                         void (AsyncStub::*method)(grpc::ClientContext*, const Request*, Reply*,
                                                   std::function<void(grpc::Status)>),
                         Request request, std::shared_ptr<grpc::ClientContext> context) const {
    struct Call {
      Request request;
      Reply reply;
      std::shared_ptr<grpc::ClientContext> context;
    };
    auto call = std::make_shared<Call>();
    call->request = std::move(request);
    call->context = std::move(context);
    runtime::Promise<grpc::Status> promise;
    (stub.async()->*method)(call->context.get(), &call->request, &call->reply,
                            [call, promise](grpc::Status status) { promise.Set(std::move(status)); });
    const grpc::Status status = co_await promise.Wait();
    if (!status.ok()) throw ToError(status);
    co_return std::move(call->reply);
  }

  // Whether the service behind the channel says it is SERVING, within `timeout`. Never throws.
  awaitable<bool> Healthy(Context context, std::chrono::milliseconds timeout) const;

 private:
  ChannelSettings settings_;
  std::shared_ptr<grpc::Channel> channel_;
};

// A server stream, read message by message by one coroutine. Destroying it cancels the call.
template <class Reply>
class ReadStream {
 public:
  // `start(reactor)` hands the reactor to the stub: [&](auto* r) { stub.async()->Convert(context, request,
  // r); }. The stream keeps `context` and whatever `keep` holds until the call has ended.
  template <class Start>
  ReadStream(std::shared_ptr<grpc::ClientContext> context, std::shared_ptr<void> keep, Start start)
      : reactor_(std::make_shared<Reactor>()) {
    reactor_->context = std::move(context);
    reactor_->keep = std::move(keep);
    reactor_->self = reactor_;
    start(reactor_.get());
    reactor_->AddHold();  // reads are started from outside gRPC's reactions: the call may not be over between
                          // two of them
    reactor_->StartCall();
  }
  ReadStream(ReadStream&&) noexcept = default;
  ReadStream& operator=(ReadStream&&) = delete;
  ~ReadStream() {
    if (!reactor_) return;
    reactor_->context->TryCancel();
    reactor_->Release();
  }

  // The next message into `reply`; false at the end of a call that succeeded. Throws Error when it failed.
  awaitable<bool> Read(Reply& reply) {
    auto reactor = reactor_;
    runtime::Promise<bool> read;
    reactor->Begin(read);
    const bool got = co_await read.Wait();
    if (got) {
      reply = std::move(reactor->message);
      co_return true;
    }
    reactor->Release();
    const grpc::Status status = co_await reactor->done.Wait();
    if (!status.ok()) throw ToError(status);
    co_return false;
  }

  void Cancel() { reactor_->context->TryCancel(); }

 private:
  struct Reactor : grpc::ClientReadReactor<Reply> {
    std::shared_ptr<grpc::ClientContext> context;
    std::shared_ptr<void> keep;
    std::shared_ptr<Reactor> self;  // until OnDone
    Reply message;
    runtime::Promise<bool> reading;
    runtime::Promise<grpc::Status> done;
    bool held = true;

    void Release() {
      if (std::exchange(held, false)) this->RemoveHold();
    }
    void Begin(runtime::Promise<bool> read) {
      reading = std::move(read);
      this->StartRead(&message);
    }
    void OnReadDone(bool ok) override { reading.Set(ok); }
    void OnDone(const grpc::Status& status) override {
      done.Set(status);
      self.reset();
    }
  };
  std::shared_ptr<Reactor> reactor_;
};

}  // namespace descant::rpc
