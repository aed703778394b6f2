#include "services/conversion/domain/presentation.h"

#include <algorithm>
#include <cmath>

#include "platform/base/error.h"

namespace descant::conversion {

namespace {

constexpr const char* kAudioGroup = "audio";

const EncodedRendition& Named(const std::vector<EncodedRendition>& encoded, const std::string& name) {
  const auto found = std::ranges::find(encoded, name, &EncodedRendition::name);
  if (found == encoded.end()) {
    throw Error(ErrorKind::kInternal, "rendition_missing", "The rendition " + name + " was not made.");
  }
  return *found;
}

std::string Uri(const std::string& rendition) { return rendition + "/" + kMediaPlaylistFile; }

Variant Measure(const EncodedRendition& rendition) {
  return {.bandwidth = PeakBitRate(rendition.playlist),
          .average_bandwidth = AverageBitRate(rendition.playlist),
          .codecs = rendition.init.codec,
          .uri = Uri(rendition.name)};
}

// The heaviest of the sound that may play beside the picture.
struct Sound {
  std::uint32_t peak = 0;
  std::uint32_t average = 0;
  std::string codec;
};

Sound AddAudioGroup(const Plan& plan, const std::vector<EncodedRendition>& encoded, MasterPlaylist& master) {
  Sound sound;
  for (const AudioRendition& planned : plan.audio) {
    const EncodedRendition& rendition = Named(encoded, planned.name);
    sound.peak = std::max(sound.peak, PeakBitRate(rendition.playlist));
    sound.average = std::max(sound.average, AverageBitRate(rendition.playlist));
    sound.codec = rendition.init.codec;
    master.audio.push_back(
        {.group = kAudioGroup,
         .name = plan.audio.size() == 1 ? "Audio" : "Audio " + std::to_string(planned.bit_rate / 1000),
         .language = plan.audio_format->language,
         .channels = rendition.init.channels,
         .uri = Uri(rendition.name)});
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

Presentation Present(const Plan& plan, const std::vector<EncodedRendition>& encoded) {
  Presentation made{.media = {.kind = plan.kind}};
  double seconds = 0;
  if (plan.kind == MediaKind::kVideo) {
    const Sound sound = AddAudioGroup(plan, encoded, made.master);
    for (const VideoRendition& planned : plan.video) {
      const EncodedRendition& rendition = Named(encoded, planned.name);
      Variant variant = Measure(rendition);
      variant.resolution = rendition.init.size;
      variant.frame_rate = plan.video_format->frame_rate.value();
      variant.bandwidth += sound.peak;
      variant.average_bandwidth += sound.average;
      if (!sound.codec.empty()) {
        variant.codecs += "," + sound.codec;
        variant.audio_group = kAudioGroup;
      }
      seconds = std::max(seconds, rendition.playlist.Duration());
      made.master.variants.push_back(std::move(variant));
    }
  } else {
    for (const AudioRendition& planned : plan.audio) {
      const EncodedRendition& rendition = Named(encoded, planned.name);
      seconds = std::max(seconds, rendition.playlist.Duration());
      made.master.variants.push_back(Measure(rendition));
    }
  }
  for (const Variant& variant : made.master.variants) made.media.renditions.push_back(Summarise(variant));
  made.media.duration = Milliseconds(seconds);
  return made;
}

}  // namespace descant::conversion
