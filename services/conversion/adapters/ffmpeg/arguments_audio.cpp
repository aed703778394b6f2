#include "services/conversion/adapters/ffmpeg/arguments_audio.h"

#include <algorithm>

namespace descant::conversion::ffmpeg {

namespace {

// Surround sound to two channels, after ITU-R BS.775: the voice, which is in the middle, on both sides; what
// is behind more quietly than there, so that it does not cover the voice; without the channel of effects. `<`
// scales each side so that it cannot clip. Channels that a source does not have count as not written.
constexpr const char* kDownmix =
    "pan=stereo|FL<FL+0.707*FC+0.5*BL+0.5*SL+0.5*BC|FR<FR+0.707*FC+0.5*BR+0.5*SR+0.5*BC,";

}  // namespace

std::string SoundChain(const Plan& plan) {
  const AudioFormat& format = *plan.audio_format;
  // A picture and its sound share a clock that begins at zero, and so silence is put where sound begins
  // later; sound alone begins with its first sample. Holes are filled in both.
  const std::string start = plan.kind == MediaKind::kAudio ? "asetpts=PTS-STARTPTS," : "";
  return "[0:" + std::to_string(format.stream) + "]" + start + (format.downmix ? kDownmix : "") +
         "aresample=" + std::to_string(format.sample_rate) +
         ":async=1:first_pts=0,aformat=sample_fmts=fltp:channel_layouts=" +
         (format.channels == 1 ? "mono" : "stereo");
}

std::string AudioGraph(const Plan& plan) {
  const auto main = static_cast<std::size_t>(
      std::ranges::count_if(plan.audio, [](const AudioRendition& rendition) { return !rendition.further; }));
  std::string graph = SoundChain(plan) + ",asplit=" + std::to_string(main) + Pads("a", main);
  for (std::size_t i = main; i < plan.audio.size(); ++i) {
    Plan track = plan;
    track.audio_format = plan.audio[i].further;
    graph += ";" + SoundChain(track) + Pad("a", i);
  }
  return graph;
}

void AddAudioEncoder(ArgumentList& list, const Plan& plan, std::size_t index) {
  const std::string of = ":a:" + std::to_string(index);
  // Its quicker search is also the one that stays nearer to the source (docs/adr/0011-sound.md).
  list.Add(
      {"-c" + of, "aac", "-aac_coder" + of, "fast", "-b" + of, std::to_string(plan.audio[index].bit_rate)});
}

}  // namespace descant::conversion::ffmpeg
