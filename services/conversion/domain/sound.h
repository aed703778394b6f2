// What is measured of a sound, as it is played: after it was brought to the channels and the rate of its
// renditions.
#pragma once

#include <cstdint>
#include <optional>

#include "services/conversion/domain/loudness.h"
#include "services/conversion/domain/waveform.h"

namespace descant::conversion {

struct SoundMeasurement {
  std::optional<Loudness> loudness;  // nothing for silence, and for less than 0.4 s
  Waveform waveform;
  int sample_rate = 0;       // Hz
  std::int64_t samples = 0;  // of each channel
  bool operator==(const SoundMeasurement&) const = default;
};

}  // namespace descant::conversion
