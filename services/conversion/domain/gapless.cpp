#include "services/conversion/domain/gapless.h"

#include <cmath>

namespace descant::conversion {

namespace {

// Frames that are padding and nothing else; the encoder ends with at most one of them.
constexpr int kMostPadding = 3 * kAacFrame;

}  // namespace

std::optional<Gapless> MeasureGapless(const MediaPlaylist& playlist, int sample_rate, std::int64_t samples) {
  if (sample_rate <= 0 || samples <= 0) return std::nullopt;
  // The playlist rounds its seconds; a sound is whole frames.
  const double frames = playlist.Duration() * sample_rate / kAacFrame;
  const std::int64_t decoded = std::llround(frames) * kAacFrame;
  const Gapless gapless{.sample_rate = sample_rate,
                        .delay = kAacEncoderDelay,
                        .padding = decoded - kAacEncoderDelay - samples,
                        .samples = samples};
  if (gapless.padding < 0 || gapless.padding >= kMostPadding) return std::nullopt;
  return gapless;
}

}  // namespace descant::conversion
