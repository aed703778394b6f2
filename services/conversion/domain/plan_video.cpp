#include "services/conversion/domain/plan_video.h"

#include <utility>

#include "services/conversion/domain/frame_rate.h"
#include "services/conversion/domain/ladder.h"
#include "services/conversion/domain/missing_stream.h"
#include "services/conversion/domain/output_color.h"

namespace descant::conversion {

namespace {

// Interlaced pictures have two moments each; both are shown where the rate allows.
Deinterlace DeinterlaceOf(const VideoStream& video, int most) {
  if (!video.interlaced) return Deinterlace::kNo;
  return video.average_rate.known() && video.average_rate.value() * 2 <= most * 1.001 ? Deinterlace::kFields
                                                                                      : Deinterlace::kFrames;
}

VideoFormat FormatOf(const VideoStream& video, int max_frame_rate) {
  const Deinterlace deinterlace = DeinterlaceOf(video, max_frame_rate);
  Rational rate = video.average_rate;
  if (deinterlace == Deinterlace::kFields) rate.num *= 2;
  // The base rate of an interlaced stream is that of its frames or of its fields.
  const Rational base = deinterlace == Deinterlace::kNo ? video.base_rate : Rational{0, 0};
  return {.stream = video.index,
          .frame_rate = ConstantFrameRate(rate, base, max_frame_rate),
          .deinterlace = deinterlace,
          .color = CompleteColor(video),
          .mastering_display = video.mastering_display,
          .content_light = video.content_light};
}

VideoRendition RenditionOf(const Rung& rung, const VideoStream& video) {
  return {.name = rung.of->name,
          .codec = rung.of->codec,
          .size = rung.size,
          .preset = rung.of->preset,
          .params = rung.of->params,
          .crf = rung.of->crf,
          .max_bit_rate = rung.max_bit_rate,
          .color = rung.of->codec == VideoCodec::kHevc ? FullColor(video) : BasicColor(video)};
}

}  // namespace

void PlanVideo(const SourceProbe& probe, const Profile& profile, Plans& plans) {
  const VideoStream* video = probe.MainVideo();
  if (video == nullptr && probe.picture_refused) {
    throw Failure(FailureCode::kLimitExceeded, "The picture is larger than what is accepted here.");
  }
  if (video == nullptr) FailForMissing(probe.video, FailureCode::kNoVideo);
  const VideoFormat format = FormatOf(*video, profile.video.max_frame_rate);
  for (const Rung& rung : ChooseRungs(profile.video.renditions, DisplaySize(*video), format.frame_rate)) {
    Plan& plan = rung.of->codec == VideoCodec::kAvc ? plans.first : plans.rest;
    plan.video.push_back(RenditionOf(rung, *video));
  }
  if (plans.first.video.empty()) std::swap(plans.first.video, plans.rest.video);  // a profile of HEVC alone
  plans.first.video_format = format;
  if (!plans.rest.video.empty()) plans.rest.video_format = format;
}

}  // namespace descant::conversion
