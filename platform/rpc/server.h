// A gRPC server with one way in. Every call of every service (health and reflection too, and methods that do
// not exist) passes Server's one dispatcher, which checks the internal secret in constant time before it even
// looks for a handler.
//
// That is why the services are not gRPC's generated classes: those each register handlers of their own, and
// an interceptor cannot keep them from running. Here one generic service owns all methods, and typed handlers
// are registered with it.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>

#include "platform/base/context.h"
#include "platform/base/error.h"
#include "platform/runtime/awaitable.h"
#include "platform/runtime/runtime.h"

namespace descant::rpc {

// One call, as its handler sees it. Runs on one core; none of it is thread-safe but cancelled().
class ServerCall {
 public:
  virtual ~ServerCall() = default;
  virtual const Context& context() const = 0;  // request id from the metadata; deadline of the caller
  // True once the caller has cancelled, its deadline has passed, the connection is gone, or the server
  // drains.
  virtual bool cancelled() const = 0;
  // Runs `notify` once, on the call's core, when that happens; at once when it has happened.
  virtual void OnCancel(std::function<void()> notify) = 0;

  // The next message of the caller; false when there is none left. Throws Error kInvalidArgument when it is
  // no `message`, kCancelled once cancelled().
  virtual awaitable<bool> Read(google::protobuf::Message& message) = 0;
  // Sends one message, with flow control. Throws Error kCancelled when the call is over. That the server
  // drains does not end it: the caller still gets its answer.
  virtual awaitable<void> Write(const google::protobuf::Message& message) = 0;
};

// Reads and writes by itself; what it throws becomes the call's status. `core`: the index of the core it runs
// on.
using Handler = std::function<awaitable<void>(ServerCall& call, std::size_t core)>;

struct ServerSettings {
  std::string listen;           // unix:/path, or address:port
  std::string internal_secret;  // what callers send as the metadata `x-descant-secret`
  int max_message_bytes = 4 * 1024 * 1024;
  std::chrono::milliseconds patience = std::chrono::seconds(3);  // of Drain with the calls that run
};

class Server {
 public:
  Server(runtime::Runtime& runtime, ServerSettings settings);
  ~Server();  // cuts off what still runs and waits for its handlers, unless the loops are stopped

  // `service`: its descriptor, for reflection and health. Before Start.
  void Add(const google::protobuf::ServiceDescriptor* service);
  // `method`: /package.Service/Method. Before Start.
  void Handle(std::string method, Handler handler);

  // A method of one request and one answer: `answer(request, call, core)` is an awaitable<Reply>.
  template <class Request, class Reply, class F>
  void Unary(std::string method, F answer) {
    Handle(std::move(method), [answer](ServerCall& call, std::size_t core) -> awaitable<void> {
      Request request;
      if (!co_await call.Read(request)) {
        throw Error(ErrorKind::kInvalidArgument, "request_missing", "The call has no request message.");
      }
      const Reply reply = co_await answer(request, call, core);
      co_await call.Write(reply);
    });
  }

  // A method of one request and a stream of answers: `serve(request, call, core)` is an awaitable<void> that
  // Writes them.
  template <class Request, class F>
  void Stream(std::string method, F serve) {
    Handle(std::move(method), [serve](ServerCall& call, std::size_t core) -> awaitable<void> {
      Request request;
      if (!co_await call.Read(request)) {
        throw Error(ErrorKind::kInvalidArgument, "request_missing", "The call has no request message.");
      }
      co_await serve(request, call, core);
    });
  }

  // Checks that every method of every added service has a handler (throws std::logic_error), adds health and
  // reflection, and serves. Throws Error when it cannot listen.
  void Start();
  int port() const;  // that was bound; 0 for a unix socket

  // Health answers NOT_SERVING, other new calls are refused as UNAVAILABLE, running ones see cancelled() and
  // have `patience` to answer before they are cut off; returns when all of them have ended. A second call
  // does nothing.
  awaitable<void> Drain();

  // How many calls reached a handler.
  std::uint64_t handled() const;

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace descant::rpc
