#include "services/conversion/domain/presentation.h"

#include <algorithm>
#include <cmath>

#include "platform/base/error.h"
#include "services/conversion/domain/i_frame_playlist.h"
#include "services/conversion/domain/track_name.h"

namespace descant::conversion {

namespace {

constexpr const char* kAudioGroup = "audio";

const MeasuredRendition& Named(const std::vector<MeasuredRendition>& measured, const std::string& name) {
  const auto found = std::ranges::find(measured, name, &MeasuredRendition::name);
  if (found == measured.end()) {
    throw Error(ErrorKind::kInternal, "rendition_missing", "The rendition " + name + " was not made.");
  }
  return *found;
}

// The bit rate that a rendition's encoder was asked to keep to.
std::uint32_t PlannedBitRate(const Plan& plan, const std::string& name) {
  const auto audio = std::ranges::find(plan.audio, name, &AudioRendition::name);
  if (audio != plan.audio.end()) return static_cast<std::uint32_t>(audio->bit_rate);
  const auto video = std::ranges::find(plan.video, name, &VideoRendition::name);
  return video == plan.video.end() ? 0 : static_cast<std::uint32_t>(video->max_bit_rate);
}

Variant VariantOf(const MeasuredRendition& rendition) {
  return {.bandwidth = rendition.peak,
          .average_bandwidth = rendition.average,
          .codecs = rendition.init.codec,
          .uri = rendition.uri};
}

// The heaviest of the sound that may play beside the picture.
struct Sound {
  std::uint32_t peak = 0;
  std::uint32_t average = 0;
  std::string codec;
};

Sound AddAudioGroup(const Plan& plan, const std::vector<MeasuredRendition>& measured,
                    MasterPlaylist& master) {
  Sound sound;
  std::vector<std::string> names;
  for (const AudioRendition& planned : plan.audio) {
    const MeasuredRendition& rendition = Named(measured, planned.name);
    sound.peak = std::max(sound.peak, rendition.peak);
    sound.average = std::max(sound.average, rendition.average);
    sound.codec = rendition.init.codec;
    const AudioFormat& format = planned.further ? *planned.further : *plan.audio_format;
    names.push_back(TrackName(format.title, format.language, "Audio", names));
    master.audio.push_back({.group = kAudioGroup,
                            .name = names.back(),
                            .language = format.language,
                            .channels = rendition.init.channels,
                            .uri = rendition.uri});
  }
  return sound;
}

RenditionSummary Summarise(const Variant& variant) {
  return {.codec = variant.codecs,
          .bandwidth = variant.bandwidth,
          .size = variant.resolution,
          .frame_rate = variant.frame_rate};
}

std::chrono::milliseconds Milliseconds(double seconds) {
  return std::chrono::milliseconds(std::llround(seconds * 1000));
}

}  // namespace

MeasuredRendition Measure(const EncodedRendition& encoded, const std::string& folder) {
  MeasuredRendition measured{.name = encoded.name,
                             .init = encoded.init,
                             .seconds = encoded.playlist.Duration(),
                             .peak = PeakBitRate(encoded.playlist),
                             .average = AverageBitRate(encoded.playlist),
                             .uri = folder + encoded.name + "/" + kMediaPlaylistFile};
  if (const IFramePlaylist pictures = IFramesOf(encoded.playlist); !pictures.frames.empty()) {
    measured.i_frames = MeasuredIFrames{.peak = PeakBitRate(pictures),
                                        .average = AverageBitRate(pictures),
                                        .uri = folder + encoded.name + "/" + kIFramePlaylistFile};
  }
  return measured;
}

MeasuredRendition MeasureGrowing(const Plan& plan, const EncodedRendition& encoded) {
  MeasuredRendition measured = Measure(encoded);
  measured.peak = std::max(measured.peak, PlannedBitRate(plan, encoded.name));
  measured.uri = encoded.name + "/" + kLivePlaylistFile;
  return measured;
}

Presentation Present(const Plan& plan, const std::vector<MeasuredRendition>& measured) {
  Presentation made{.media = {.kind = plan.kind}};
  double seconds = 0;
  if (plan.kind == MediaKind::kVideo) {
    const Sound sound = AddAudioGroup(plan, measured, made.master);
    for (const VideoRendition& planned : plan.video) {
      const MeasuredRendition& rendition = Named(measured, planned.name);
      Variant variant = VariantOf(rendition);
      variant.resolution = rendition.init.size;
      variant.frame_rate = plan.video_format->frame_rate.value();
      variant.range = RangeOf(planned.color.tags);
      variant.bandwidth += sound.peak;
      variant.average_bandwidth += sound.average;
      if (!sound.codec.empty()) {
        variant.codecs += "," + sound.codec;
        variant.audio_group = kAudioGroup;
      }
      seconds = std::max(seconds, rendition.seconds);
      if (rendition.i_frames) {
        made.master.i_frames.push_back({.bandwidth = rendition.i_frames->peak,
                                        .average_bandwidth = rendition.i_frames->average,
                                        .codecs = rendition.init.codec,
                                        .resolution = variant.resolution,
                                        .range = variant.range,
                                        .uri = rendition.i_frames->uri});
      }
      made.master.variants.push_back(std::move(variant));
    }
  } else {
    for (const AudioRendition& planned : plan.audio) {
      const MeasuredRendition& rendition = Named(measured, planned.name);
      seconds = std::max(seconds, rendition.seconds);
      made.master.variants.push_back(VariantOf(rendition));
    }
  }
  for (const Variant& variant : made.master.variants) made.media.renditions.push_back(Summarise(variant));
  made.media.duration = Milliseconds(seconds);
  return made;
}

}  // namespace descant::conversion
