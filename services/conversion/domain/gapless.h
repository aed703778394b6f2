// What an encoder adds to a sound. AAC decodes to whole frames, the first of which only prime the decoder; a
// player cuts off what is not of the source, so that one track joins the next.
#pragma once

#include <cstdint>
#include <optional>

#include "services/conversion/domain/media_playlist.h"

namespace descant::conversion {

constexpr int kAacFrame = 1024;         // samples
constexpr int kAacEncoderDelay = 1024;  // samples that FFmpeg's encoder puts in front

struct Gapless {
  int sample_rate = 0;
  std::int64_t delay = 0;    // samples before the first one of the source
  std::int64_t padding = 0;  // samples after the last one
  std::int64_t samples = 0;  // of the source, in between
  bool operator==(const Gapless&) const = default;
};

// `samples`: how many the encoder was given. Nothing where the playlist does not last as long as that
// accounts for.
std::optional<Gapless> MeasureGapless(const MediaPlaylist& playlist, int sample_rate, std::int64_t samples);

}  // namespace descant::conversion
