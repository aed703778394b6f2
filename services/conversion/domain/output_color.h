// What colour is made of a source's.
#pragma once

#include "services/conversion/domain/color.h"
#include "services/conversion/domain/source_probe.h"

namespace descant::conversion {

struct OutputColor {
  Color tags;             // complete, limited range
  int bit_depth = 8;      // 8 or 10
  bool tone_map = false;  // out of the source's PQ or HLG
  bool operator==(const OutputColor&) const = default;
};

// The source's colour with what it leaves open, or states in a way that players do not know, filled in as
// players would guess it: by the size of its picture.
Color CompleteColor(const VideoStream& video);

// What every device shows: 8 bits; PQ and HLG become BT.709.
OutputColor BasicColor(const VideoStream& video);

// The source's own; 10 bits where the source has more than 8.
OutputColor FullColor(const VideoStream& video);

}  // namespace descant::conversion
