// One call on the server: gRPC's reactor on one side, the handler's coroutine on the other. Used by
// server.cpp.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <vector>

#include <grpcpp/generic/async_generic_service.h>
#include <grpcpp/support/byte_buffer.h>
#include <grpcpp/support/server_callback.h>

#include "platform/rpc/server.h"
#include "platform/runtime/promise.h"

namespace descant::rpc {

class Call final : public grpc::ServerGenericBidiReactor, public ServerCall {
 public:
  // `over` runs when gRPC is done with the call, on any thread.
  Call(std::string method, Context context, asio::any_io_executor executor, std::function<void(Call*)> over);

  // Runs the handler on the call's core. The call lives until the handler and gRPC are both done with it.
  static void Run(const std::shared_ptr<Call>& self, Handler handler, std::size_t core);

  // The server drains: cancelled() for the handler, which may still write its answer. If it gives up instead,
  // the call ends as UNAVAILABLE. Thread-safe.
  void Abandon();
  // Ends the call for gRPC, as UNAVAILABLE: its handler will never run again, the loops are stopped.
  void Drop();

  const Context& context() const override { return context_; }
  bool cancelled() const override { return cancelled_; }
  void OnCancel(std::function<void()> notify) override;
  awaitable<bool> Read(google::protobuf::Message& message) override;
  awaitable<void> Write(const google::protobuf::Message& message) override;

 private:
  static awaitable<void> Serve(std::shared_ptr<Call> self, Handler handler, std::size_t core);
  grpc::Status StatusOf(const std::exception_ptr& failure) const;
  void TellHandler();
  void Conclude(const grpc::Status& status);

  void OnReadDone(bool ok) override;
  void OnWriteDone(bool ok) override;
  void OnCancel() override;
  void OnDone() override;

  std::string method_;
  Context context_;
  asio::any_io_executor executor_;
  std::function<void(Call*)> over_;
  std::shared_ptr<Call> self_;  // until OnDone
  grpc::ByteBuffer read_buffer_;
  grpc::ByteBuffer write_buffer_;
  runtime::Promise<bool> reading_;
  runtime::Promise<bool> writing_;
  std::atomic<bool> cancelled_{false};
  std::atomic<bool> gone_{false};  // nobody is left to write to
  std::atomic<bool> abandoned_{false};
  std::atomic<bool> concluded_{false};
  std::vector<std::function<void()>> on_cancel_;  // on the call's core
};

}  // namespace descant::rpc
