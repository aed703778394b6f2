// What an fMP4 init segment says of its one track (ISO/IEC 14496-12), read with every length checked.
#pragma once

#include <string>

#include "services/conversion/domain/codec_string.h"
#include "services/conversion/domain/source_probe.h"

namespace descant::conversion {

struct InitSegment {
  std::string codec;  // RFC 6381
  Size size;          // of the picture; zero for sound
  int channels = 0;   // 0 for pictures
  bool operator==(const InitSegment&) const = default;
};

// Throws Error kInternal when it is none, or of a codec that this service does not make.
InitSegment ReadInitSegment(Bytes bytes);

}  // namespace descant::conversion
