#include "services/conversion/app/conversion.h"

#include <exception>
#include <filesystem>
#include <optional>
#include <utility>

#include <boost/asio/this_coro.hpp>

#include "platform/base/error.h"
#include "services/conversion/app/attempt.h"
#include "services/conversion/app/completion_record.h"
#include "services/conversion/app/records.h"
#include "services/conversion/domain/failure.h"

namespace descant::conversion::app {

namespace {

// Full storage is a matter of storage, not of how many jobs run here.
std::exception_ptr AsStorageFailure(std::exception_ptr thrown) {
  try {
    std::rethrow_exception(thrown);
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::kResourceExhausted) return thrown;
    return std::make_exception_ptr(Error(ErrorKind::kUnavailable, error.code(), error.detail()));
  } catch (...) {
    return thrown;
  }
}

}  // namespace

Conversion::Conversion(storage::Storage& storage, Transcoder& transcoder, Scratch& scratch, Profile profile,
                       Limits limits, Peers* peers)
    : storage_(storage),
      transcoder_(transcoder),
      scratch_(scratch),
      profile_(std::move(profile)),
      limits_(limits),
      peers_(peers) {}

awaitable<Result> Conversion::Convert(Job job, JobEvents& events, Cancellation& cancellation) {
  co_await events.Accepted();
  std::optional<Result> earlier = co_await FindCompletion(storage_, job.target_prefix);
  if (earlier) {
    co_await storage_.Delete({job.source_key});
    co_return std::move(*earlier);
  }
  std::exception_ptr missing;
  try {
    co_return co_await RunAttempt(job, events, cancellation);
  } catch (const Failure& failure) {
    if (failure.code() != FailureCode::kSourceMissing) throw;
    missing = std::current_exception();
  }
  // Another attempt may have completed meanwhile, and removed the source.
  earlier = co_await FindCompletion(storage_, job.target_prefix);
  if (!earlier) std::rethrow_exception(missing);
  co_return std::move(*earlier);
}

awaitable<Result> Conversion::RunAttempt(const Job& job, JobEvents& events, Cancellation& cancellation) {
  const std::int64_t size = co_await SourceSize(job.source_key);
  const std::filesystem::path folder = co_await scratch_.Make(size);
  Attempt attempt(
      {co_await asio::this_coro::executor, storage_, transcoder_, scratch_, peers_, profile_, limits_}, job,
      folder, events, cancellation);
  std::optional<Result> made;
  std::exception_ptr thrown;
  try {
    made = co_await attempt.Run();
  } catch (...) {
    thrown = AsStorageFailure(std::current_exception());
  }
  co_await scratch_.Remove(folder);
  if (thrown) std::rethrow_exception(thrown);
  // From the record on, the job is done whatever happens: the next attempt only has to remove the source.
  co_await WriteRecord(storage_, CompletionKey(job.target_prefix), RenderCompletion(*made));
  co_await storage_.Delete({job.source_key});
  co_return *std::move(made);
}

awaitable<std::int64_t> Conversion::SourceSize(const std::string& source_key) {
  const std::optional<storage::ObjectInfo> source = co_await storage_.Head(source_key);
  if (!source) throw Failure(FailureCode::kSourceMissing);
  if (source->size == 0) throw Failure(FailureCode::kEmptyFile);
  CheckSize(source->size, limits_);
  co_return source->size;
}

}  // namespace descant::conversion::app
