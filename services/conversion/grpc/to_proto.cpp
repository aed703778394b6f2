#include "services/conversion/grpc/to_proto.h"

#include <string>

#include "platform/base/error.h"
#include "platform/base/uuid.h"
#include "platform/storage/storage.h"

namespace descant::conversion::grpc_api {

namespace {

pb::MediaKind KindOf(MediaKind kind) {
  return kind == MediaKind::kVideo ? pb::MEDIA_KIND_VIDEO : pb::MEDIA_KIND_AUDIO;
}

pb::Failed::Code CodeOf(FailureCode code) {
  switch (code) {
    case FailureCode::kSourceMissing:
      return pb::Failed::CODE_SOURCE_MISSING;
    case FailureCode::kEmptyFile:
      return pb::Failed::CODE_EMPTY_FILE;
    case FailureCode::kUnsupportedFormat:
      return pb::Failed::CODE_UNSUPPORTED_FORMAT;
    case FailureCode::kNoAudio:
      return pb::Failed::CODE_NO_AUDIO;
    case FailureCode::kNoVideo:
      return pb::Failed::CODE_NO_VIDEO;
    case FailureCode::kDamaged:
      return pb::Failed::CODE_DAMAGED;
    case FailureCode::kLimitExceeded:
      return pb::Failed::CODE_LIMIT_EXCEEDED;
    case FailureCode::kScratchFull:
      return pb::Failed::CODE_SCRATCH_FULL;
    case FailureCode::kInternal:
      break;
  }
  return pb::Failed::CODE_INTERNAL;
}

void AddTags(const Tags& tags, pb::Tags& message) {
  message.set_title(tags.title);
  message.set_artist(tags.artist);
  message.set_album(tags.album);
  message.set_album_artist(tags.album_artist);
  message.set_genre(tags.genre);
  message.set_date(tags.date);
  message.set_track(static_cast<std::uint32_t>(tags.track));
  message.set_tracks(static_cast<std::uint32_t>(tags.tracks));
  message.set_disc(static_cast<std::uint32_t>(tags.disc));
  message.set_discs(static_cast<std::uint32_t>(tags.discs));
}

void AddDetails(const Media& media, pb::Media& message) {
  if (media.loudness) {
    message.set_loudness_lufs(media.loudness->integrated_lufs);
    message.set_loudness_range_lu(media.loudness->range_lu);
    message.set_true_peak_dbtp(media.loudness->true_peak_dbtp);
  }
  if (media.gapless) {
    pb::Gapless& gapless = *message.mutable_gapless();
    gapless.set_sample_rate(static_cast<std::uint32_t>(media.gapless->sample_rate));
    gapless.set_delay(static_cast<std::uint32_t>(media.gapless->delay));
    gapless.set_padding(static_cast<std::uint32_t>(media.gapless->padding));
    gapless.set_samples(static_cast<std::uint64_t>(media.gapless->samples));
  }
  if (!media.tags.empty()) AddTags(media.tags, *message.mutable_tags());
  message.set_waveform_key(media.waveform_key);
  message.set_poster_key(media.poster_key);
  message.set_thumbnails_key(media.thumbnails_key);
  message.set_damaged(media.damaged);
  if (media.cover != Cover{}) {
    message.mutable_cover()->set_large_key(media.cover.large_key);
    message.mutable_cover()->set_small_key(media.cover.small_key);
  }
}

void Require(bool holds, const std::string& what) {
  if (!holds) throw Error(ErrorKind::kInvalidArgument, "invalid_request", what);
}

pb::Media MediaOf(const Media& made) {
  pb::Media media;
  media.set_kind(KindOf(made.kind));
  media.set_duration_ms(made.duration.count());
  for (const RenditionSummary& summary : made.renditions) {
    pb::Rendition& rendition = *media.add_renditions();
    rendition.set_codec(summary.codec);
    rendition.set_bandwidth(summary.bandwidth);
    rendition.set_width(static_cast<std::uint32_t>(summary.size.width));
    rendition.set_height(static_cast<std::uint32_t>(summary.size.height));
    rendition.set_frame_rate(summary.frame_rate);
  }
  AddDetails(made, media);
  return media;
}

}  // namespace

pb::ConvertEvent ProbedEvent(const SourceProbe& probe) {
  pb::ConvertEvent event;
  pb::Probed& probed = *event.mutable_probed();
  probed.set_container(probe.container);
  probed.set_duration_ms(probe.duration.count());
  if (const AudioStream* audio = probe.MainAudio()) probed.set_audio_codec(audio->codec);
  if (const VideoStream* video = probe.MainVideo()) {
    const Size size = DisplaySize(*video);
    probed.set_video_codec(video->codec);
    probed.set_width(static_cast<std::uint32_t>(size.width));
    probed.set_height(static_cast<std::uint32_t>(size.height));
  }
  return event;
}

pb::ConvertEvent ProgressEvent(const app::Progress& progress) {
  pb::ConvertEvent event;
  event.mutable_progress()->set_fraction(progress.fraction);
  event.mutable_progress()->set_speed(progress.speed);
  event.mutable_progress()->set_eta_seconds(progress.remaining.count());
  return event;
}

pb::ConvertEvent PlayableEvent(const Result& so_far, app::Extent extent) {
  pb::ConvertEvent event;
  pb::Playable& playable = *event.mutable_playable();
  playable.set_master_key(so_far.master_key);
  *playable.mutable_media() = MediaOf(so_far.media);
  playable.set_whole(extent == app::Extent::kWhole);
  return event;
}

pb::ConvertEvent DoneEvent(const Result& result) {
  pb::ConvertEvent event;
  event.mutable_done()->set_master_key(result.master_key);
  *event.mutable_done()->mutable_media() = MediaOf(result.media);
  return event;
}

pb::ConvertEvent FailedEvent(const Failure& failure) {
  pb::ConvertEvent event;
  event.mutable_failed()->set_code(CodeOf(failure.code()));
  event.mutable_failed()->set_detail(failure.detail());
  return event;
}

app::Job JobFrom(const pb::ConvertRequest& request) {
  Require(Uuid::Parse(request.job_id()).has_value(), "job_id has to be a UUID.");
  Require(storage::IsValidKey(request.source_key()), "source_key has to be a storage key.");
  Require(storage::IsValidKey(request.target_prefix() + "/x"), "target_prefix has to be a storage prefix.");
  Require(request.attempt() >= 1, "attempt counts from 1.");
  Require(request.kind() == pb::MEDIA_KIND_AUDIO || request.kind() == pb::MEDIA_KIND_VIDEO,
          "kind has to be audio or video.");
  return {.id = request.job_id(),
          .source_key = request.source_key(),
          .target_prefix = request.target_prefix(),
          .attempt = request.attempt(),
          .kind = request.kind() == pb::MEDIA_KIND_VIDEO ? MediaKind::kVideo : MediaKind::kAudio};
}

}  // namespace descant::conversion::grpc_api
