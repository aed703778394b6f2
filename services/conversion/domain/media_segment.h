// Media segments of fMP4 (ISO/IEC 14496-12): where the first picture lies, and moving a segment in time.
#pragma once

#include <cstdint>
#include <span>

#include "services/conversion/domain/codec_string.h"

namespace descant::conversion {

struct ByteRange {
  std::int64_t offset = 0;
  std::int64_t length = 0;
  bool operator==(const ByteRange&) const = default;
};

// From the first movie fragment to the end of its first sample, which is what a player reads to show that
// picture alone. `head`: the beginning of a segment, at least up to the end of its first fragment's header.
// Throws Error kInternal when it cannot be read.
ByteRange FirstPicture(Bytes head);

// Makes a segment of one track begin `later` (in its track's time scale), as the fragments `sequence` and
// following of the whole. Throws Error kInternal when it cannot be read.
void MoveSegment(std::span<std::uint8_t> segment, std::uint64_t later, std::uint32_t sequence);

// Units a second of an init segment's one track. Throws Error kInternal when it cannot be read.
std::uint32_t TimeScale(Bytes init);

}  // namespace descant::conversion
