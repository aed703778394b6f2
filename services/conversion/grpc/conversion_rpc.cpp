#include "services/conversion/grpc/conversion_rpc.h"

#include <deque>
#include <exception>
#include <optional>
#include <string>
#include <utility>

#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>

#include "platform/log/log.h"
#include "platform/runtime/promise.h"
#include "services/conversion/grpc/chunk_proto.h"
#include "services/conversion/grpc/to_proto.h"

namespace descant::conversion::grpc_api {

namespace {

class StreamedEvents final : public app::JobEvents {
 public:
  explicit StreamedEvents(rpc::ServerCall& call) : call_(call) {}

  awaitable<void> Accepted() override {
    pb::ConvertEvent event;
    event.mutable_accepted();
    co_await Send(event);
  }
  awaitable<void> Probed(SourceProbe probe) override {
    const pb::ConvertEvent event = ProbedEvent(probe);
    co_await Send(event);
  }
  awaitable<void> Progressed(app::Progress progress) override {
    const pb::ConvertEvent event = ProgressEvent(progress);
    co_await Send(event);
  }
  awaitable<void> Playable(Result so_far, app::Extent extent) override {
    const pb::ConvertEvent event = PlayableEvent(so_far, extent);
    co_await Send(event);
  }

 private:
  // One message at a time, in the order of the calls: a job tells of its progress and of its media side by
  // side.
  awaitable<void> Send(const pb::ConvertEvent& event) {
    if (std::exchange(writing_, true)) {
      const runtime::Promise<runtime::Nothing> turn;
      waiting_.push_back(turn);
      co_await turn.Wait();
    }
    std::exception_ptr thrown;
    try {
      co_await call_.Write(event);
    } catch (...) {
      thrown = std::current_exception();
    }
    if (waiting_.empty()) {
      writing_ = false;
    } else {
      waiting_.front().Set({});
      waiting_.pop_front();
    }
    if (thrown) std::rethrow_exception(thrown);
  }

  rpc::ServerCall& call_;
  bool writing_ = false;
  std::deque<runtime::Promise<runtime::Nothing>> waiting_;
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

// What another worker can do something about.
Error AsError(const Failure& failure) {
  switch (failure.code()) {
    case FailureCode::kSourceMissing:
      return {ErrorKind::kNotFound, "source_missing", failure.detail()};
    case FailureCode::kScratchFull:
      return {ErrorKind::kUnavailable, "scratch_full", failure.detail()};
    default:
      return {ErrorKind::kUnprocessable, "chunk_not_made", failure.detail()};
  }
}

Error AsChunkError(const std::exception_ptr& thrown, const Cancellation& cancellation) {
  try {
    std::rethrow_exception(thrown);
  } catch (const Failure& failure) {
    return AsError(failure);
  } catch (const Error& error) {
    if (error.kind() == ErrorKind::kCancelled || cancellation.requested()) {
      return {ErrorKind::kUnavailable, "gave_way", "The worker stops, or a job has its place."};
    }
    // Full storage is no matter of who writes to it; and it has begun.
    if (error.kind() == ErrorKind::kResourceExhausted)
      return {ErrorKind::kUnavailable, error.code(), error.detail()};
    return error;
  } catch (...) {
    return {ErrorKind::kInternal, "internal", "A chunk could not be made."};
  }
}

awaitable<pb::ConvertChunkResponse> RunChunk(app::ChunkWorker& worker, app::ChunkOrder order,
                                             std::shared_ptr<Cancellation> cancellation) {
  const std::string job = order.job_id;
  const int index = order.plan.chunk->index;
  std::exception_ptr thrown;
  try {
    const EncodedChunk made = co_await worker.Make(std::move(order), *cancellation);
    log::Info("made a chunk", {{"job", job}, {"chunk", index}});
    co_return ToProto(made);
  } catch (...) {
    thrown = std::current_exception();
  }
  log::Warning("a chunk was not made", {{"job", job}, {"chunk", index}, {"error", Describe(thrown)}});
  throw AsChunkError(thrown, *cancellation);
}

}  // namespace

void ServeConversion(rpc::Server& server, std::vector<Core> cores, app::JobSlots& slots) {
  server.Add(pb::ConvertRequest::descriptor()->file()->FindServiceByName("ConversionService"));
  server.Stream<pb::ConvertRequest>("/descant.conversion.v1.ConversionService/Convert",
                                    [cores, &slots](pb::ConvertRequest request, rpc::ServerCall& call,
                                                    std::size_t core) -> awaitable<void> {
                                      app::Job job = JobFrom(request);
                                      const app::JobSlots::Slot slot = slots.Take(job.kind);
                                      const pb::ConvertEvent last =
                                          co_await Run(*cores[core].jobs, std::move(job), call);
                                      co_await call.Write(last);
                                    });
  server.Unary<pb::ConvertChunkRequest, pb::ConvertChunkResponse>(
      "/descant.conversion.v1.ConversionService/ConvertChunk",
      [cores, &slots](pb::ConvertChunkRequest request, rpc::ServerCall& call,
                      std::size_t core) -> awaitable<pb::ConvertChunkResponse> {
        app::ChunkOrder order = OrderFrom(request);
        const auto cancellation = std::make_shared<Cancellation>();
        const asio::any_io_executor executor = co_await asio::this_coro::executor;
        const app::JobSlots::Slot slot = slots.TakeForChunk(
            [executor, cancellation] { asio::post(executor, [cancellation] { cancellation->Request(); }); });
        call.OnCancel([cancellation] { cancellation->Request(); });
        co_return co_await RunChunk(*cores[core].chunks, std::move(order), cancellation);
      });
}

}  // namespace descant::conversion::grpc_api
