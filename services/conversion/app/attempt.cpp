#include "services/conversion/app/attempt.h"

#include <algorithm>
#include <exception>
#include <utility>
#include <vector>

#include "platform/base/error.h"
#include "platform/log/log.h"
#include "services/conversion/app/completion_record.h"
#include "services/conversion/app/live_pass.h"
#include "services/conversion/app/make_subtitles.h"
#include "services/conversion/app/records.h"
#include "services/conversion/domain/failure.h"
#include "services/conversion/domain/join.h"
#include "services/conversion/domain/plan_chunks.h"

namespace descant::conversion::app {

namespace {

constexpr double kFirstPassShare = 0.4;  // of all the encoding, where there is a second pass

// Of the picture; the first pass has counted them.
std::int64_t FramesOf(const FirstRecord& first, Rational frame_rate) {
  for (const MeasuredRendition& rendition : first.renditions) {
    if (rendition.init.size.width > 0) return FramesIn(rendition.seconds, frame_rate);
  }
  return 0;
}

}  // namespace

awaitable<Result> Attempt::Run() {
  std::optional<Result> made;
  std::exception_ptr thrown;
  try {
    made = co_await Make();
  } catch (...) {
    thrown = std::current_exception();
  }
  co_await side_.Abandon();
  if (cut_) co_await cut_->Abandon();
  // Who listens already goes on as far as it goes; what is left behind is removed when nobody does any more.
  if (thrown && !told_) co_await publisher_.Withdraw();
  if (thrown) std::rethrow_exception(thrown);
  co_return *std::move(made);
}

awaitable<Result> Attempt::Make() {
  const std::filesystem::path source = Source();
  cancellation_.Check();
  co_await Download(source);
  cancellation_.Check();

  probe_ = co_await means_.transcoder.Probe(source, cancellation_);
  CheckProbe(probe_, means_.limits);
  co_await events_.Probed(probe_);
  const Plans plans = MakePlans(probe_, job_.kind, means_.profile);

  meter_.emplace(probe_.duration);
  if (!plans.rest.empty()) meter_->BeginPass(0, kFirstPassShare);
  std::optional<FirstRecord> first = co_await FindFirst(plans.first);
  PrepareCut(plans.rest);
  if (!first) {
    first = co_await MakeFirst(plans.first);
    std::optional<Result> other = co_await FindCompletion(means_.storage, job_.target_prefix);
    if (other) {
      co_await publisher_.Withdraw();
      co_return *std::move(other);
    }
  }
  if (job_.kind == MediaKind::kVideo) BeginSideWork(plans.first);
  if (!plans.rest.empty()) {
    if (first->attempt == job_.attempt) {
      co_await WriteRecord(means_.storage, FirstRecordKey(job_.target_prefix), RenderFirstRecord(*first));
    }
    told_ = told_ || first->attempt == job_.attempt;
    co_await events_.Playable(first->result, Extent::kWhole);
    meter_->BeginPass(kFirstPassShare, 1);
    std::optional<Result> whole = co_await MakeRest(plans, *first);
    if (!whole) co_return (co_await FindCompletion(means_.storage, job_.target_prefix)).value();
    first->result = *std::move(whole);
  }
  if (job_.kind == MediaKind::kVideo) {
    const SideResults side = co_await side_.Finish();
    cancellation_.Check();
    Describe(probe_, side, {}, first->result.media);
  }
  co_return std::move(first->result);
}

awaitable<void> Attempt::Download(std::filesystem::path file) {
  try {
    co_await means_.storage.Download(job_.source_key, std::move(file));
  } catch (const Error& error) {
    if (error.kind() == ErrorKind::kNotFound) throw Failure(FailureCode::kSourceMissing);
    if (error.kind() == ErrorKind::kResourceExhausted) throw Failure(FailureCode::kScratchFull);
    throw;
  }
}

awaitable<std::optional<FirstRecord>> Attempt::FindFirst(const Plan& first) {
  const std::optional<std::string> text =
      co_await ReadRecord(means_.storage, FirstRecordKey(job_.target_prefix));
  if (!text) co_return std::nullopt;
  FirstRecord record = ParseFirstRecord(*text);
  if (!record.Fits(first)) co_return std::nullopt;
  co_return record;
}

awaitable<FirstRecord> Attempt::MakeFirst(const Plan& plan) {
  const std::filesystem::path output = folder_ / "first";
  LivePass live(plan, output, publisher_, events_);
  // Once somebody can begin to play, the other workers can begin with the rest.
  const auto grown = [this, &live](EncodedRendition rendition) -> awaitable<void> {
    co_await live.Grown(std::move(rendition));
    if (cut_ && live.playable()) cut_->CallPeers();
  };
  if (job_.kind == MediaKind::kAudio) BeginSideWork(plan);
  std::exception_ptr thrown;
  std::vector<EncodedRendition> encoded;
  FirstRecord record{.attempt = job_.attempt};
  try {
    encoded = co_await means_.transcoder.Encode(
        plan, Source(), output, {.on_progress = TellProgress(), .on_grown = grown}, cancellation_);
    record.renditions = co_await live.Finish(encoded);
  } catch (...) {
    thrown = std::current_exception();
  }
  told_ = live.playable();
  if (thrown) std::rethrow_exception(thrown);
  Presentation presentation = Present(plan, record.renditions);
  record.subtitles =
      co_await MakeSubtitles(means_.transcoder, publisher_, plan, Source(), folder_ / "subtitles",
                             presentation.media.duration, cancellation_);
  presentation.master.subtitles = record.subtitles;
  record.result.master_key = co_await publisher_.PublishMaster(std::move(presentation.master));
  record.result.media = std::move(presentation.media);
  record.result.media.damaged = std::ranges::any_of(encoded, &EncodedRendition::of_damaged);
  if (job_.kind == MediaKind::kAudio) {
    const SideResults side = co_await side_.Finish();
    cancellation_.Check();
    Describe(probe_, side, encoded, record.result.media);
  }
  co_return record;
}

awaitable<std::optional<Result>> Attempt::MakeRest(const Plans& plans, const FirstRecord& first) {
  Publisher rest(means_.storage, job_.AttemptPrefix());
  const FirstRecord seen = first.SeenFrom(job_.attempt);
  std::vector<MeasuredRendition> measured = seen.renditions;
  bool completed = false;
  std::exception_ptr thrown;
  try {
    std::optional<std::vector<EncodedRendition>> encoded = co_await MakeInChunks(plans.rest, first, rest);
    if (!encoded) encoded = co_await MakeWhole(plans.rest, rest);
    for (const EncodedRendition& rendition : *encoded) {
      co_await rest.PublishWhole(rendition);
      measured.push_back(Measure(rendition));
    }
    completed = (co_await FindCompletion(means_.storage, job_.target_prefix)).has_value();
  } catch (...) {
    thrown = std::current_exception();
  }
  if (thrown || completed) co_await rest.Withdraw();
  if (thrown) std::rethrow_exception(thrown);
  if (completed) co_return std::nullopt;

  // In one step: from here on players find the rest too.
  Presentation presentation = Present(plans.Whole(), measured);
  presentation.master.subtitles = seen.subtitles;
  Result result{.media = first.result.media};  // with all that is known beside its renditions
  result.media.duration = presentation.media.duration;
  result.media.renditions = std::move(presentation.media.renditions);
  result.master_key = co_await publisher_.PublishMaster(std::move(presentation.master));
  if (cut_) cut_->Keep();
  co_return result;
}

void Attempt::PrepareCut(const Plan& rest) {
  if (means_.peers == nullptr) return;
  const std::vector<Plan> chunks = CutPlan(probe_, rest);
  if (chunks.empty()) return;
  cut_.emplace(means_, job_, chunks, cancellation_);
}

awaitable<std::vector<EncodedRendition>> Attempt::MakeWhole(const Plan& rest, Publisher& publisher) {
  const std::filesystem::path output = folder_ / "rest";
  const auto grown = [&publisher, &output](EncodedRendition rendition) {
    return publisher.PublishMedia(std::move(rendition), output);
  };
  std::vector<EncodedRendition> encoded = co_await means_.transcoder.Encode(
      rest, Source(), output, {.on_progress = TellProgress(), .on_grown = grown}, cancellation_);
  for (const EncodedRendition& rendition : encoded) co_await publisher.PublishMedia(rendition, output);
  co_return encoded;
}

awaitable<std::optional<std::vector<EncodedRendition>>> Attempt::MakeInChunks(const Plan& rest,
                                                                              const FirstRecord& first,
                                                                              Publisher& publisher) {
  if (!cut_) co_return std::nullopt;
  std::exception_ptr thrown;
  // What damage looks like depends on what was decoded before it.
  if (!first.result.media.damaged) {
    try {
      std::vector<EncodedRendition> joined = co_await cut_->Finish(
          Source(), folder_ / "chunks", FramesOf(first, rest.video_format->frame_rate), TellProgress());
      for (const EncodedRendition& rendition : joined) co_await publisher.PublishInit(rendition);
      co_return joined;
    } catch (const std::exception&) {
      thrown = std::current_exception();
    }
  }
  co_await cut_->Abandon();
  cut_.reset();
  cancellation_.Check();
  if (thrown) {
    log::Warning("a video is converted whole after all",
                 {{"job", job_.id}, {"error", descant::Describe(thrown)}});
  }
  co_return std::nullopt;
}

void Attempt::BeginSideWork(const Plan& plan) { side_.Begin(probe_, plan, Source(), folder_ / "side"); }

std::filesystem::path Attempt::Source() const {
  return folder_ / "source";  // no suffix, so that nothing is guessed from it
}

Transcoder::OnProgress Attempt::TellProgress() {
  return [this](EncodingProgress at) { return events_.Progressed(meter_->Encoding(at)); };
}

}  // namespace descant::conversion::app
