#include "services/conversion/app/conversion.h"

#include <algorithm>
#include <exception>
#include <iterator>
#include <utility>

#include <boost/asio/this_coro.hpp>

#include "platform/base/error.h"
#include "services/conversion/app/completion_record.h"
#include "services/conversion/app/progress_meter.h"
#include "services/conversion/domain/failure.h"

namespace descant::conversion::app {

namespace {

constexpr std::chrono::milliseconds kProgressInterval{500};

// Of all the encoding, where there is a second pass.
constexpr double kFirstPassShare = 0.4;

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
                       Limits limits)
    : storage_(storage),
      transcoder_(transcoder),
      scratch_(scratch),
      profile_(std::move(profile)),
      limits_(limits) {}

awaitable<Result> Conversion::Convert(Job job, JobEvents& events, Cancellation& cancellation) {
  co_await events.Accepted();
  std::optional<Result> earlier = co_await FindCompletion(job.target_prefix);
  if (earlier) {
    co_await storage_.Delete({job.source_key});
    co_return std::move(*earlier);
  }
  std::exception_ptr missing;
  try {
    co_return co_await Attempt(job, events, cancellation);
  } catch (const Failure& failure) {
    if (failure.code() != FailureCode::kSourceMissing) throw;
    missing = std::current_exception();
  }
  // Another attempt may have completed meanwhile, and removed the source.
  earlier = co_await FindCompletion(job.target_prefix);
  if (!earlier) std::rethrow_exception(missing);
  co_return std::move(*earlier);
}

awaitable<Result> Conversion::Attempt(const Job& job, JobEvents& events, Cancellation& cancellation) {
  const std::int64_t size = co_await SourceSize(job.source_key);
  const std::filesystem::path folder = co_await scratch_.Make(size);
  Publisher publisher(storage_, job.AttemptPrefix());
  SideWork side(co_await asio::this_coro::executor, transcoder_, publisher, cancellation);
  std::optional<Result> made;
  std::exception_ptr thrown;
  try {
    made = co_await MakeIn(folder, job, publisher, side, events, cancellation);
  } catch (...) {
    thrown = AsStorageFailure(std::current_exception());
  }
  co_await side.Abandon();
  co_await scratch_.Remove(folder);
  if (thrown) {
    co_await publisher.Withdraw();
    std::rethrow_exception(thrown);
  }
  co_return co_await Complete(job, std::move(*made), publisher);
}

awaitable<std::optional<Result>> Conversion::FindCompletion(const std::string& target_prefix) {
  try {
    const std::string record = co_await storage_.Read(CompletionKey(target_prefix));
    co_return ParseCompletion(record);
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::kNotFound) throw;
  }
  co_return std::nullopt;
}

awaitable<std::int64_t> Conversion::SourceSize(const std::string& source_key) {
  const std::optional<storage::ObjectInfo> source = co_await storage_.Head(source_key);
  if (!source) throw Failure(FailureCode::kSourceMissing);
  if (source->size == 0) throw Failure(FailureCode::kEmptyFile);
  CheckSize(source->size, limits_);
  co_return source->size;
}

awaitable<void> Conversion::Download(std::string source_key, std::filesystem::path file) {
  try {
    co_await storage_.Download(std::move(source_key), std::move(file));
  } catch (const Error& error) {
    if (error.kind() == ErrorKind::kNotFound) throw Failure(FailureCode::kSourceMissing);
    if (error.kind() == ErrorKind::kResourceExhausted) throw Failure(FailureCode::kScratchFull);
    throw;
  }
}

awaitable<Result> Conversion::MakeIn(std::filesystem::path folder, const Job& job, Publisher& publisher,
                                     SideWork& side, JobEvents& events, Cancellation& cancellation) {
  const std::filesystem::path source = folder / "source";  // no suffix, so that nothing is guessed from it
  cancellation.Check();
  co_await Download(job.source_key, source);
  cancellation.Check();

  const SourceProbe probe = co_await transcoder_.Probe(source, cancellation);
  CheckProbe(probe, limits_);
  co_await events.Probed(probe);
  const Plans plans = MakePlans(probe, job.kind, profile_);

  ProgressMeter meter(probe.duration);
  const auto encoding = [&events, &meter](EncodingProgress at) -> awaitable<void> {
    co_await events.Progressed(meter.Encoding(at));
  };
  const std::filesystem::path output = folder / "hls";
  // Sound alone leaves a core to spare from the beginning; a picture wants all of them until it plays.
  if (job.kind == MediaKind::kAudio) side.Begin(probe, plans.first, source, folder / "side");
  if (!plans.rest.empty()) meter.BeginPass(0, kFirstPassShare);
  std::vector<EncodedRendition> encoded =
      co_await transcoder_.Encode(plans.first, source, output, encoding, cancellation);
  if (job.kind == MediaKind::kVideo) side.Begin(probe, plans.first, source, folder / "side");
  if (!plans.rest.empty()) {
    meter.BeginPass(kFirstPassShare, 1);
    std::vector<EncodedRendition> rest =
        co_await transcoder_.Encode(plans.rest, source, output, encoding, cancellation);
    std::ranges::move(rest, std::back_inserter(encoded));
  }

  auto told = std::chrono::steady_clock::now();
  const auto publishing = [&](std::size_t files, std::size_t of_files) -> awaitable<void> {
    cancellation.Check();
    const auto now = std::chrono::steady_clock::now();
    if (now - told < kProgressInterval && files < of_files) co_return;
    told = now;
    co_await events.Progressed(meter.Publishing(files, of_files));
  };
  co_await publisher.PublishRenditions(encoded, output, publishing);
  Presentation presentation = Present(plans.Whole(), encoded);
  const std::string master_key = co_await publisher.PublishMaster(std::move(presentation.master));
  co_await events.Playable(master_key);
  const SideResults side_results = co_await side.Finish();
  cancellation.Check();
  Describe(probe, side_results, encoded, presentation.media);
  co_return Result{.master_key = master_key, .media = std::move(presentation.media)};
}

// From the record on, the job is done whatever happens: what was published stays, and the next attempt only
// has to remove the source.
awaitable<Result> Conversion::Complete(const Job& job, Result made, Publisher& publisher) {
  std::optional<Result> other = co_await FindCompletion(job.target_prefix);
  if (other) {
    co_await publisher.Withdraw();
    co_return std::move(*other);
  }
  storage::ObjectAttributes attributes{.content_type = "application/json", .cache_control = "no-store"};
  co_await storage_.Write(CompletionKey(job.target_prefix), RenderCompletion(made), std::move(attributes));
  co_await storage_.Delete({job.source_key});
  co_return made;
}

}  // namespace descant::conversion::app
