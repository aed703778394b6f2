#include "services/conversion/adapters/ffmpeg/arguments_video.h"

namespace descant::conversion::ffmpeg {

namespace {

std::string Point(const char* name, MasteringDisplay::Point point) {
  return std::string(name) + "(" + std::to_string(point.x) + "," + std::to_string(point.y) + ")";
}

// As x265 wants SMPTE ST 2086 and CTA-861.3.
std::string HdrParams(const VideoFormat& format) {
  std::string params = ":hdr10=1";
  if (format.mastering_display) {
    const MasteringDisplay& display = *format.mastering_display;
    params += ":master-display=" + Point("G", display.green) + Point("B", display.blue) +
              Point("R", display.red) + Point("WP", display.white) +
              Point("L", {display.max_luminance, display.min_luminance});
  }
  if (format.content_light) {
    params += ":max-cll=" + std::to_string(format.content_light->max) + "," +
              std::to_string(format.content_light->max_average);
  }
  return params;
}

std::string X265Params(const Plan& plan, const VideoRendition& rendition, int threads) {
  std::string params = "log-level=error:info=0:scenecut=0:open-gop=0:pools=" + std::to_string(threads);
  if (RangeOf(rendition.color.tags) == VideoRange::kPq) params += HdrParams(*plan.video_format);
  return rendition.params.empty() ? params : params + ":" + rendition.params;
}

// Counted in frames of the whole video, so that every run that makes a rendition of this source agrees on
// them.
std::string KeyFrames(const Plan& plan) {
  const Rational rate = plan.video_format->frame_rate;
  if (plan.chunk && plan.chunk->first_frame > 0) {
    return "expr:gte((n+" + std::to_string(plan.chunk->first_frame) + ")*" + std::to_string(rate.den) +
           ",(n_forced+" + std::to_string(plan.chunk->begin / plan.key_frame_interval) + ")*" +
           std::to_string(plan.key_frame_interval.count() * rate.num) + ")";
  }
  return "expr:gte(n*" + std::to_string(rate.den) + ",n_forced*" +
         std::to_string(plan.key_frame_interval.count() * rate.num) + ")";
}

}  // namespace

void AddVideoEncoder(ArgumentList& list, const Plan& plan, std::size_t index, const ArgumentRules& rules) {
  const VideoRendition& rendition = plan.video[index];
  const std::string of = ":v:" + std::to_string(index);
  if (rendition.codec == VideoCodec::kHevc) {
    // `hvc1`: parameter sets in the init segment only, as Apple's players ask.
    list.Add({"-c" + of, "libx265", "-profile" + of, rendition.color.bit_depth > 8 ? "main10" : "main",
              "-tag" + of, "hvc1", "-x265-params" + of, X265Params(plan, rendition, rules.threads)});
  } else {
    list.Add({"-c" + of, "libx264", "-profile" + of, "high", "-sc_threshold" + of, "0", "-threads" + of,
              std::to_string(rules.threads)});
    if (!rendition.params.empty()) list.Add({"-x264-params" + of, rendition.params});
  }
  list.Add({"-preset" + of, rendition.preset, "-crf" + of, std::to_string(rendition.crf), "-maxrate" + of,
            std::to_string(rendition.max_bit_rate), "-bufsize" + of,
            std::to_string(rendition.max_bit_rate * 2)});
  list.Add({"-force_key_frames" + of, KeyFrames(plan), "-forced-idr" + of, "1"});
}

}  // namespace descant::conversion::ffmpeg
