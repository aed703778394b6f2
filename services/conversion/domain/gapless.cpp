#include "services/conversion/domain/gapless.h"

#include <cmath>

namespace descant::conversion {

namespace {

// Frames that are padding and nothing else; the encoder ends with at most one of them.
constexpr int kMostPadding = 3 * kAacFrame;

// A playlist's seconds are rounded to microseconds, each of them.
constexpr double kMostRounding = 0.5e-6;

}  // namespace

std::optional<Gapless> MeasureGapless(const MediaPlaylist& playlist, int sample_rate, std::int64_t samples) {
  if (sample_rate <= 0 || samples <= 0) return std::nullopt;
  // A sound is whole frames, though the last one may be stated as long as what is in it; and seconds are
  // rounded.
  const double rounding = kMostRounding * static_cast<double>(playlist.segments.size() + 1);
  const double frames = (playlist.Duration() - rounding) * sample_rate / kAacFrame;
  const std::int64_t decoded = static_cast<std::int64_t>(std::ceil(frames)) * kAacFrame;
  const Gapless gapless{.sample_rate = sample_rate,
                        .delay = kAacEncoderDelay,
                        .padding = decoded - kAacEncoderDelay - samples,
                        .samples = samples};
  if (gapless.padding < 0 || gapless.padding >= kMostPadding) return std::nullopt;
  return gapless;
}

}  // namespace descant::conversion
