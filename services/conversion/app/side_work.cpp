#include "services/conversion/app/side_work.h"

#include <algorithm>
#include <utility>

#include "platform/log/log.h"
#include "platform/runtime/promise.h"
#include "platform/runtime/runtime.h"
#include "services/conversion/domain/damage.h"

namespace descant::conversion::app {

// Owned by what runs too, which may be the last to go when the loop ends.
struct SideWork::State {
  Transcoder& transcoder;
  Publisher& publisher;
  Cancellation cancellation;
  SideResults results;
  runtime::Promise<runtime::Nothing> ended;

  awaitable<void> MakeCover(const SourceProbe& probe, const std::filesystem::path& source,
                            const std::filesystem::path& folder) {
    const VideoStream* picture = probe.CoverPicture();
    if (picture == nullptr) co_return;
    const std::optional<CoverFiles> files =
        co_await transcoder.ExtractCover(picture->index, source, folder, cancellation);
    if (!files) co_return;
    Cover cover;
    cover.large_key = co_await publisher.PublishFile(files->large, "cover/large.jpg", "image/jpeg");
    cover.small_key = co_await publisher.PublishFile(files->small, "cover/small.jpg", "image/jpeg");
    results.cover = std::move(cover);
  }

  awaitable<void> MeasureSound(const Plan& plan, const std::filesystem::path& source) {
    if (!plan.audio_format) co_return;
    results.sound = co_await transcoder.MeasureSound(plan, source, cancellation);
    if (!results.sound || results.sound->waveform.peaks.empty()) co_return;
    results.waveform_key = co_await publisher.PublishText(RenderWaveform(results.sound->waveform),
                                                          "waveform.json", "application/json");
  }

  awaitable<void> MakePoster(const Plan& plan, const std::filesystem::path& source,
                             const std::filesystem::path& folder) {
    if (plan.video.empty()) co_return;
    const auto poster = co_await transcoder.MakePoster(plan, source, folder, cancellation);
    if (poster) results.poster_key = co_await publisher.PublishFile(*poster, "poster.jpg", "image/jpeg");
  }

  // The track is last: what it names is there before it is.
  awaitable<void> MakeThumbnails(const Plan& plan, const std::filesystem::path& source,
                                 const std::filesystem::path& folder) {
    if (plan.video.empty() || plan.duration.count() == 0) co_return;
    ThumbnailStrip strip = PlanThumbnails(plan.video.front().size, plan.duration, plan.key_frame_interval);
    const auto sheets = co_await transcoder.MakeThumbnails(plan, strip, source, folder, cancellation);
    if (sheets.empty()) co_return;
    strip.count = std::min(strip.count, static_cast<int>(sheets.size()) * strip.PerSheet());
    for (const std::filesystem::path& sheet : sheets) {
      co_await publisher.PublishFile(sheet, "thumbnails/" + sheet.filename().string(), "image/jpeg");
    }
    results.thumbnails_key =
        co_await publisher.PublishText(RenderThumbnailTrack(strip, plan.duration),
                                       std::string("thumbnails/") + kThumbnailTrackFile, "text/vtt");
  }

  static awaitable<void> Run(std::shared_ptr<State> state, SourceProbe probe, Plan plan,
                             std::filesystem::path source, std::filesystem::path folder) {
    try {
      co_await state->MakeCover(probe, source, folder);
    } catch (const std::exception& error) {
      log::Info("no cover was made", {{"reason", error.what()}});
    }
    try {
      co_await state->MeasureSound(plan, source);
    } catch (const std::exception& error) {
      log::Info("the sound was not measured", {{"reason", error.what()}});
    }
    try {
      co_await state->MakePoster(plan, source, folder);
    } catch (const std::exception& error) {
      log::Info("no poster was made", {{"reason", error.what()}});
    }
    try {
      co_await state->MakeThumbnails(plan, source, folder / "thumbnails");
    } catch (const std::exception& error) {
      log::Info("no thumbnails were made", {{"reason", error.what()}});
    }
    state->ended.Set({});
  }
};

SideWork::SideWork(asio::any_io_executor executor, Transcoder& transcoder, Publisher& publisher,
                   Cancellation& cancellation)
    : executor_(std::move(executor)),
      state_(new State{.transcoder = transcoder, .publisher = publisher}),
      of_job_(cancellation, [state = state_] { state->cancellation.Request(); }) {}

void SideWork::Begin(SourceProbe probe, Plan plan, std::filesystem::path source,
                     std::filesystem::path folder) {
  running_ = true;
  runtime::Spawn(executor_, "side work",
                 State::Run(state_, std::move(probe), std::move(plan), std::move(source), std::move(folder)));
}

awaitable<SideResults> SideWork::Finish() {
  if (std::exchange(running_, false)) co_await state_->ended.Wait();
  co_return std::move(state_->results);
}

awaitable<void> SideWork::Abandon() {
  state_->cancellation.Request();
  if (std::exchange(running_, false)) co_await state_->ended.Wait();
}

void Describe(const SourceProbe& probe, const SideResults& side, const std::vector<EncodedRendition>& encoded,
              Media& media) {
  media.tags = probe.tags;
  media.cover = side.cover;
  media.waveform_key = side.waveform_key;
  media.poster_key = side.poster_key;
  media.thumbnails_key = side.thumbnails_key;
  media.damaged = media.damaged || probe.contradicts_itself || CutShort(probe.duration, media.duration) ||
                  std::ranges::any_of(encoded, &EncodedRendition::of_damaged);
  if (!side.sound) return;
  media.loudness = side.sound->loudness;
  if (media.kind == MediaKind::kAudio && !encoded.empty()) {
    const EncodedRendition& any = encoded.front();  // all of them have the same frames
    media.gapless = MeasureGapless(any.playlist, side.sound->sample_rate, side.sound->samples);
  }
}

}  // namespace descant::conversion::app
