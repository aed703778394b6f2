#include "services/conversion/grpc/conversion_rpc.h"

#include <optional>
#include <string>
#include <utility>

#include "platform/log/log.h"
#include "services/conversion/grpc/to_proto.h"

namespace descant::conversion::grpc_api {

namespace {

class StreamedEvents final : public app::JobEvents {
 public:
  explicit StreamedEvents(rpc::ServerCall& call) : call_(call) {}

  awaitable<void> Accepted() override {
    pb::ConvertEvent event;
    event.mutable_accepted();
    co_await call_.Write(event);
  }
  awaitable<void> Probed(SourceProbe probe) override {
    const pb::ConvertEvent event = ProbedEvent(probe);
    co_await call_.Write(event);
  }
  awaitable<void> Progressed(app::Progress progress) override {
    const pb::ConvertEvent event = ProgressEvent(progress);
    co_await call_.Write(event);
  }
  awaitable<void> Playable(std::string master_key) override {
    pb::ConvertEvent event;
    event.mutable_playable()->set_master_key(std::move(master_key));
    co_await call_.Write(event);
  }

 private:
  rpc::ServerCall& call_;
};

// What the caller may do something about goes out as a status; the rest is a defect, which trying again does
// not mend.
bool IsWorthAnotherTry(const Error& error) {
  switch (error.kind()) {
    case ErrorKind::kResourceExhausted:
    case ErrorKind::kUnavailable:
    case ErrorKind::kDeadlineExceeded:
    case ErrorKind::kCancelled:
      return true;
    default:
      return false;
  }
}

// The last message of the stream. Throws Error where the job may be tried again as it is.
awaitable<pb::ConvertEvent> Run(app::Conversion& conversion, app::Job job, rpc::ServerCall& call) {
  const auto cancellation = std::make_shared<Cancellation>();
  call.OnCancel([cancellation] { cancellation->Request(); });
  StreamedEvents events(call);
  const log::Field job_field("job", job.id);
  const log::Field request_field("request_id", call.context().request_id);
  try {
    const Result result = co_await conversion.Convert(job, events, *cancellation);
    log::Info("converted", {job_field, request_field, {"master_key", result.master_key}});
    co_return DoneEvent(result);
  } catch (const Failure& failure) {
    log::Info("cannot be converted", {job_field, request_field, {"reason", failure.detail()}});
    co_return FailedEvent(failure);
  } catch (const Error& error) {
    log::Warning("conversion broke off", {job_field, request_field, {"error", error.detail()}});
    // Cancelled, seen from here, is either a caller who does not listen any more or the end of this worker.
    if (error.kind() == ErrorKind::kCancelled) {
      throw Error(ErrorKind::kUnavailable, "worker_stopping",
                  "The worker stops; the job may be tried again.");
    }
    if (IsWorthAnotherTry(error)) throw;
  } catch (const std::exception& error) {
    log::Error("conversion broke off", {job_field, request_field, {"error", error.what()}});
  }
  const Failure unknown(FailureCode::kInternal);
  co_return FailedEvent(unknown);
}

}  // namespace

void ServeConversion(rpc::Server& server, std::vector<app::Conversion*> conversions, app::JobSlots& slots) {
  server.Add(pb::ConvertRequest::descriptor()->file()->FindServiceByName("ConversionService"));
  server.Stream<pb::ConvertRequest>(
      "/descant.conversion.v1.ConversionService/Convert",
      [conversions = std::move(conversions), &slots](pb::ConvertRequest request, rpc::ServerCall& call,
                                                     std::size_t core) -> awaitable<void> {
        app::Job job = JobFrom(request);
        const app::JobSlots::Slot slot = slots.Take();
        const pb::ConvertEvent last = co_await Run(*conversions[core], std::move(job), call);
        co_await call.Write(last);
      });
}

}  // namespace descant::conversion::grpc_api
