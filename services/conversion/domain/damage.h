// Signs that a file is damaged although it plays: what is left of it is converted, and its creator is told.
#pragma once

#include <chrono>
#include <cstdint>
#include <string_view>

#include "services/conversion/domain/codec_string.h"

namespace descant::conversion {

// So much of a file is looked at.
constexpr std::int64_t kDamageHead = 64 << 10;

// What its first bytes say does not fit the rest: a WAV that ends before, or long after, its stated length;
// an MP3 that does not begin with a frame. `head`: the first kDamageHead bytes of a file of `size` bytes, or
// all of a smaller one. `container`: FFmpeg's name of the demuxer.
bool ContradictsItself(std::string_view container, Bytes head, std::int64_t size);

// Clearly less came out than the file says there is. `stated`: 0 for not known.
bool CutShort(std::chrono::milliseconds stated, std::chrono::milliseconds played);

}  // namespace descant::conversion
