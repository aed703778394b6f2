#include "services/conversion/domain/waveform.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

namespace descant::conversion {

void WaveformBuilder::Add(double peak) {
  const double level = std::isfinite(peak) ? std::clamp(peak, 0.0, 1.0) : 0.0;
  if (in_last_ == 0) {
    if (peaks_.size() == kMostWaveformPoints) {
      // Half as many points, each twice as long.
      for (std::size_t i = 0; i < peaks_.size() / 2; ++i) {
        peaks_[i] = std::max(peaks_[2 * i], peaks_[2 * i + 1]);
      }
      peaks_.resize(peaks_.size() / 2);
      stretches_per_point_ *= 2;
    }
    peaks_.push_back(level);
  } else {
    peaks_.back() = std::max(peaks_.back(), level);
  }
  in_last_ = (in_last_ + 1) % stretches_per_point_;
}

Waveform WaveformBuilder::Outline() const {
  Waveform waveform{.point = stretch_ * static_cast<double>(stretches_per_point_)};
  waveform.peaks.reserve(peaks_.size());
  for (const double peak : peaks_)
    waveform.peaks.push_back(static_cast<std::uint8_t>(std::lround(peak * 255)));
  return waveform;
}

std::string RenderWaveform(const Waveform& waveform) {
  std::array<char, 32> seconds{};  // never in the words of a locale
  const auto end = std::to_chars(seconds.data(), seconds.data() + seconds.size(), waveform.point.count());
  std::string json =
      R"({"version":1,"point_seconds":)" + std::string(seconds.data(), end.ptr) + R"(,"peaks":[)";
  for (std::size_t i = 0; i < waveform.peaks.size(); ++i) {
    if (i > 0) json += ',';
    json += std::to_string(waveform.peaks[i]);
  }
  return json + "]}";
}

}  // namespace descant::conversion
