// The outline of a sound: its peaks over time, in so few points that a player draws them at once. Memory
// does not depend on how long the sound is.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

namespace descant::conversion {

// Where a sound is long enough, an outline has from half of this to this many points.
constexpr std::size_t kMostWaveformPoints = 2000;

struct Waveform {
  std::chrono::duration<double> point{};  // how long each point lasts; the last one may be shorter
  std::vector<std::uint8_t> peaks;        // of all channels: 0 for silence, 255 for full scale
  bool operator==(const Waveform&) const = default;
};

// Takes the peaks of equal stretches of a sound, from its beginning on.
class WaveformBuilder {
 public:
  // `stretch`: how long each lasts.
  explicit WaveformBuilder(std::chrono::duration<double> stretch) : stretch_(stretch) {}

  // `peak`: 1 is full scale; what is more counts as that, what is no number as silence.
  void Add(double peak);

  // Of what was added so far.
  Waveform Outline() const;

 private:
  std::chrono::duration<double> stretch_;
  std::size_t stretches_per_point_ = 1;
  std::size_t in_last_ = 0;  // stretches that the last point holds; 0: it is complete
  std::vector<double> peaks_;
};

// As players fetch it: {"version":1,"point_seconds":0.2,"peaks":[0,17,255]}
std::string RenderWaveform(const Waveform& waveform);

}  // namespace descant::conversion
