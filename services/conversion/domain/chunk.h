// A long video cut for several workers. All renditions begin a segment at the same frames, whoever makes
// them: the first ones at or after each multiple of the segment's length, counted from the whole video's
// beginning.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "services/conversion/domain/rational.h"

namespace descant::conversion {

// The first frame of a constant rate that is shown at `at` or later.
std::int64_t FirstFrameAt(std::chrono::seconds at, Rational frame_rate);

struct Chunk {
  int index = 0;
  std::chrono::seconds begin{};  // a multiple of the segment's length
  int first_segment = 0;         // its number in the whole video
  std::int64_t first_frame = 0;  // of the whole video
  std::int64_t frames = 0;       // 0: all that follow
  int turn = 1;                  // how often it was begun: no two turns write to the same files
  bool operator==(const Chunk&) const = default;
};

// Chunks of `length` (rounded up to whole segments). The last one is as long as the video turns out to be,
// and at least half as long as the others where there are any.
std::vector<Chunk> CutIntoChunks(std::chrono::milliseconds duration, Rational frame_rate,
                                 std::chrono::seconds segment, std::chrono::seconds length);

// The name of a segment's file; `number`: in the whole video.
std::string SegmentFile(int number, int turn);
// The same as a pattern of printf, for the number.
std::string SegmentPattern(int turn);

}  // namespace descant::conversion
