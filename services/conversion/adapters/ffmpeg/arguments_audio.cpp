#include "services/conversion/adapters/ffmpeg/arguments_audio.h"

namespace descant::conversion::ffmpeg {

// Both tracks begin at zero and have no holes, so that all renditions share one clock.
std::string AudioGraph(const Plan& plan) {
  const AudioFormat& format = *plan.audio_format;
  return "[0:" + std::to_string(format.stream) + "]aresample=" + std::to_string(format.sample_rate) +
         ":async=1:first_pts=0,aformat=sample_fmts=fltp:channel_layouts=" +
         (format.channels == 1 ? "mono" : "stereo") + ",asplit=" + std::to_string(plan.audio.size()) +
         Pads("a", plan.audio.size());
}

void AddAudioEncoder(ArgumentList& list, const Plan& plan, std::size_t index) {
  const std::string of = ":a:" + std::to_string(index);
  list.Add({"-c" + of, "aac", "-b" + of, std::to_string(plan.audio[index].bit_rate)});
}

}  // namespace descant::conversion::ffmpeg
