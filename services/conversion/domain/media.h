// What came out of a job.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "services/conversion/domain/gapless.h"
#include "services/conversion/domain/loudness.h"
#include "services/conversion/domain/plan.h"
#include "services/conversion/domain/tags.h"

namespace descant::conversion {

struct RenditionSummary {
  std::string codec;            // RFC 6381, as in the CODECS attribute
  std::uint32_t bandwidth = 0;  // bit/s, peak
  Size size;                    // zero for audio
  double frame_rate = 0;        // 0 for audio
  bool operator==(const RenditionSummary&) const = default;
};

// Storage keys of the picture that the source carries; empty: it has none.
struct Cover {
  std::string large_key;  // 640 pixels
  std::string small_key;  // 160 pixels
  bool operator==(const Cover&) const = default;
};

struct Media {
  MediaKind kind = MediaKind::kAudio;
  std::chrono::milliseconds duration{};
  std::vector<RenditionSummary> renditions;
  std::optional<Loudness> loudness;
  std::optional<Gapless> gapless;
  std::string waveform_key;  // empty: not made
  std::string poster_key;
  std::string thumbnails_key;  // of the WebVTT file that names the sheets
  Tags tags;
  Cover cover;
  bool damaged = false;  // the source was played as far as it could be
  bool operator==(const Media&) const = default;
};

// A finished job, as the completion record keeps it.
struct Result {
  std::string master_key;  // storage key of the master playlist
  Media media;
  bool operator==(const Result&) const = default;
};

}  // namespace descant::conversion
