#include "services/conversion/domain/plan_audio.h"

#include <algorithm>

#include "services/conversion/domain/missing_stream.h"

namespace descant::conversion {

namespace {

// HLS players want one of the two rates that every device's clock has.
int OutputSampleRate(int source) { return source % 11025 == 0 ? 44100 : 48000; }

AudioFormat FormatOf(const AudioStream& stream) {
  return {.stream = stream.index,
          .channels = std::min(stream.channels, 2),
          .sample_rate = OutputSampleRate(stream.sample_rate),
          .language = stream.language};
}

std::vector<AudioRendition> AudioRenditions(const std::vector<int>& stereo_rates, const AudioFormat& format) {
  std::vector<AudioRendition> renditions;
  for (const int stereo : stereo_rates) {
    const int rate = format.channels == 1 ? stereo / 2 : stereo;
    renditions.push_back({.name = "audio-" + std::to_string(rate / 1000) + "k", .bit_rate = rate});
  }
  return renditions;
}

}  // namespace

void PlanAudio(const SourceProbe& probe, const Profile& profile, Plans& plans) {
  const bool beside_picture = plans.first.kind == MediaKind::kVideo;
  const AudioStream* audio = probe.MainAudio();
  if (audio == nullptr) {
    if (beside_picture) return;
    FailForMissing(probe.audio, FailureCode::kNoAudio);
  }
  const AudioFormat format = FormatOf(*audio);
  plans.first.audio_format = format;
  plans.first.audio =
      AudioRenditions(beside_picture ? profile.video.audio_bit_rates : profile.audio.bit_rates, format);
  if (beside_picture || plans.first.audio.size() < 2) return;
  plans.rest.audio_format = format;
  plans.rest.audio.assign(plans.first.audio.begin() + 1, plans.first.audio.end());
  plans.first.audio.resize(1);
}

}  // namespace descant::conversion
