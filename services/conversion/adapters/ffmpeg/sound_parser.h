// Reads what FFmpeg's filters ebur128 and astats say of each stretch of a sound, as ametadata prints it: one
// name=value a line. Memory does not depend on how long the sound is.
#pragma once

#include <string_view>

#include "services/conversion/adapters/ffmpeg/named_values.h"
#include "services/conversion/domain/sound.h"

namespace descant::conversion::ffmpeg {

class SoundParser {
 public:
  // `stretch`: how long each is.
  explicit SoundParser(std::chrono::duration<double> stretch) : waveform_(stretch) {}

  // The next piece of the output, cut anywhere.
  void Feed(std::string_view bytes);

  // Of everything so far. Values that no sound has count as not said.
  SoundMeasurement Result() const;

 private:
  void Take(std::string_view name, std::string_view value);

  NamedValues lines_{256};  // a longer one is none of ours
  WaveformBuilder waveform_;
  Loudness loudness_{.integrated_lufs = -70};
  double sample_peak_ = 0;  // linear
  double true_peak_ = 0;    // linear
  std::int64_t samples_ = 0;
};

}  // namespace descant::conversion::ffmpeg
