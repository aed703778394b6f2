#include "platform/rpc/call.h"

#include <boost/asio/post.hpp>
#include <grpcpp/impl/codegen/proto_utils.h>

#include "platform/log/log.h"
#include "platform/rpc/client.h"

namespace descant::rpc {

namespace {

Error Over() { return {ErrorKind::kCancelled, "cancelled", "The call is over."}; }
Error Stopping() { return {ErrorKind::kUnavailable, "stopping", "The service is stopping."}; }

log::Level LevelOf(const std::string& method, bool defect) {
  if (defect) return log::Level::kError;
  return method.starts_with("/grpc.health.") ? log::Level::kDebug : log::Level::kInfo;
}

}  // namespace

Call::Call(std::string method, Context context, asio::any_io_executor executor,
           std::function<void(Call*)> over)
    : method_(std::move(method)),
      context_(std::move(context)),
      executor_(std::move(executor)),
      over_(std::move(over)) {}

void Call::Run(const std::shared_ptr<Call>& self, Handler handler, std::size_t core) {
  self->self_ = self;
  runtime::Spawn(self->executor_, "rpc call", Serve(self, std::move(handler), core));
}

awaitable<void> Call::Serve(std::shared_ptr<Call> self, Handler handler, std::size_t core) {
  const auto begun = std::chrono::steady_clock::now();
  std::exception_ptr failure;
  try {
    co_await handler(*self, core);
  } catch (...) {
    failure = std::current_exception();
  }
  const grpc::Status status = self->StatusOf(failure);
  const std::chrono::duration<double, std::milli> took = std::chrono::steady_clock::now() - begun;
  const bool defect = status.error_code() == grpc::StatusCode::INTERNAL;
  log::Write(LevelOf(self->method_, defect), "rpc",
             {{"request_id", self->context_.request_id},
              {"method", self->method_},
              {"status", static_cast<int>(status.error_code())},
              {"error", defect ? Describe(failure) : status.error_message()},
              {"ms", took.count()}});
  self->Conclude(status);
}

grpc::Status Call::StatusOf(const std::exception_ptr& failure) const {
  if (!failure) return grpc::Status::OK;
  try {
    std::rethrow_exception(failure);
  } catch (const Error& error) {
    return ToStatus(error.kind() == ErrorKind::kCancelled && abandoned_ ? Stopping() : error);
  } catch (...) {
    return ToStatus(Error(ErrorKind::kInternal, "internal", ""));
  }
}

void Call::OnCancel(std::function<void()> notify) {
  if (cancelled_) {
    notify();
  } else {
    on_cancel_.push_back(std::move(notify));
  }
}

// A read in progress ends too: a caller that says nothing more must not keep its handler.
void Call::TellHandler() {
  asio::post(executor_, [self = self_] {
    if (self->cancelled_.exchange(true)) return;
    self->reading_.Set(false);
    for (const auto& notify : std::exchange(self->on_cancel_, {})) notify();
  });
}

void Call::Abandon() {
  abandoned_ = true;
  TellHandler();
}

void Call::Drop() { Conclude(ToStatus(Stopping())); }

void Call::Conclude(const grpc::Status& status) {
  if (!concluded_.exchange(true)) Finish(status);
}

awaitable<bool> Call::Read(google::protobuf::Message& message) {
  if (cancelled_) throw Over();
  reading_ = runtime::Promise<bool>();
  StartRead(&read_buffer_);
  const bool got = co_await reading_.Wait();
  if (!got && cancelled_) throw Over();
  if (!got) co_return false;
  const grpc::Status parsed =
      grpc::GenericDeserialize<grpc::ProtoBufferReader, google::protobuf::Message>(&read_buffer_, &message);
  read_buffer_.Clear();
  if (!parsed.ok()) {
    throw Error(ErrorKind::kInvalidArgument, "malformed_message", "The message cannot be read.");
  }
  co_return true;
}

awaitable<void> Call::Write(const google::protobuf::Message& message) {
  if (gone_) throw Over();
  bool own_buffer = false;
  write_buffer_.Clear();
  const grpc::Status made = grpc::GenericSerialize<grpc::ProtoBufferWriter, google::protobuf::Message>(
      message, &write_buffer_, &own_buffer);
  if (!made.ok()) throw Error(ErrorKind::kInternal, "internal", "a message cannot be serialized");
  writing_ = runtime::Promise<bool>();
  StartWrite(&write_buffer_);
  const bool written = co_await writing_.Wait();
  if (!written) throw Over();
}

void Call::OnReadDone(bool ok) { reading_.Set(ok); }
void Call::OnWriteDone(bool ok) { writing_.Set(ok); }
void Call::OnCancel() {
  gone_ = true;
  TellHandler();
}

void Call::OnDone() {
  over_(this);
  const auto last = std::move(self_);
}

}  // namespace descant::rpc
