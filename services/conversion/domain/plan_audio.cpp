#include "services/conversion/domain/plan_audio.h"

#include <algorithm>
#include <array>
#include <limits>
#include <string>
#include <string_view>
#include <utility>

#include "services/conversion/domain/language.h"
#include "services/conversion/domain/missing_stream.h"

namespace descant::conversion {

namespace {

constexpr int kLeastBitRate = 32'000;
constexpr int kBitRateStep = 8'000;
constexpr double kNearlyTheSame = 1.2;  // renditions closer than this are not both worth their storage

// Every device's clock has 44.1 and 48 kHz, and AAC at the bit rates made here needs no less than 32.
int OutputSampleRate(int source) {
  if (source == 32'000) return source;
  return source % 11025 == 0 ? 44100 : 48000;
}

bool IsLossless(const std::string& codec) {
  constexpr std::array<std::string_view, 11> kLossless = {
      "flac", "alac", "wavpack", "tta", "ape", "mlp", "truehd", "shorten", "tak", "als", "wmalossless"};
  return codec.starts_with("pcm_") || codec.starts_with("dsd_") || std::ranges::count(kLossless, codec) > 0;
}

AudioFormat FormatOf(const AudioStream& stream) {
  return {.stream = stream.index,
          .channels = std::min(stream.channels, 2),
          .downmix = stream.channels > 2,
          .sample_rate = OutputSampleRate(stream.sample_rate),
          .language = Bcp47(stream.language),
          .title = stream.title};
}

// More bits than a source was given by its own lossy encoder bring nothing back. Two channels of six need a
// third of the bits, but the codecs of surround sound are not as good as AAC, so that is not taken off.
int MostBitRate(const AudioStream& stream) {
  if (stream.bit_rate <= 0 || IsLossless(stream.codec)) return std::numeric_limits<int>::max();
  return std::max(kLeastBitRate, stream.bit_rate / kBitRateStep * kBitRateStep);
}

std::vector<AudioRendition> AudioRenditions(const std::vector<int>& wanted, const AudioStream& stream) {
  std::vector<AudioRendition> renditions;
  for (const int rate : wanted) {
    const int capped = std::min(rate, MostBitRate(stream));
    const bool made = std::ranges::any_of(renditions, [capped](const AudioRendition& other) {
      return std::max(capped, other.bit_rate) < std::min(capped, other.bit_rate) * kNearlyTheSame;
    });
    if (!made)
      renditions.push_back({.name = "audio-" + std::to_string(capped / 1000) + "k", .bit_rate = capped});
  }
  return renditions;
}

// Of the sound beside a picture.
std::vector<int> BesidePicture(const VideoProfile& profile, int channels) {
  std::vector<int> rates = profile.audio_bit_rates;
  if (channels == 1) std::ranges::transform(rates, rates.begin(), [](int stereo) { return stereo / 2; });
  return rates;
}

// Other languages, commentaries: one rendition each, beside the picture.
void AddFurtherTracks(const SourceProbe& probe, const VideoProfile& profile, Plan& plan) {
  constexpr std::size_t kMostTracks = 16;
  int track = 1;
  for (const AudioStream* stream : probe.FurtherAudio()) {
    if (plan.audio.size() >= kMostTracks) return;
    const AudioFormat format = FormatOf(*stream);
    AudioRendition rendition = AudioRenditions(BesidePicture(profile, format.channels), *stream).front();
    rendition.name =
        "audio-" + std::to_string(++track) + "-" + std::to_string(rendition.bit_rate / 1000) + "k";
    rendition.further = format;
    plan.audio.push_back(std::move(rendition));
  }
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
  const std::vector<int> rates = beside_picture         ? BesidePicture(profile.video, format.channels)
                                 : format.channels == 1 ? profile.audio.mono_bit_rates
                                                        : profile.audio.bit_rates;
  plans.first.audio = AudioRenditions(rates, *audio);
  if (beside_picture) {
    AddFurtherTracks(probe, profile.video, plans.first);
    return;
  }
  if (plans.first.audio.size() < 2) return;
  plans.rest.audio_format = format;
  plans.rest.audio.assign(plans.first.audio.begin() + 1, plans.first.audio.end());
  plans.first.audio.resize(1);
}

}  // namespace descant::conversion
