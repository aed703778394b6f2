// A long video cut for several workers. All renditions begin a segment at the same frames, whoever makes
// them: the first ones at or after each multiple of the segment's length, counted from the whole video's
// beginning.
#pragma once

#include <chrono>
#include <cstdint>
#include <vector>

#include "services/conversion/domain/rational.h"

namespace descant::conversion {

// The first frame of a constant rate that is shown at `at` or later.
std::int64_t FirstFrameAt(std::chrono::seconds at, Rational frame_rate);

struct Chunk {
  int index = 0;
  std::chrono::seconds begin{};  // a multiple of the segment's length
  std::int64_t first_frame = 0;  // of the whole video
  std::int64_t frames = 0;       // 0: all that follow
  bool operator==(const Chunk&) const = default;
};

// Chunks of `length` (rounded up to whole segments), the last one as long as the video turns out to be.
std::vector<Chunk> CutIntoChunks(std::chrono::milliseconds duration, Rational frame_rate,
                                 std::chrono::seconds segment, std::chrono::seconds length);

}  // namespace descant::conversion
