// RFC 6381 codec strings, as the CODECS attribute wants them, out of the decoder configurations of an init
// segment. All throw Error kInternal when the configuration is too short.
#pragma once

#include <cstdint>
#include <span>
#include <string>

namespace descant::conversion {

using Bytes = std::span<const std::uint8_t>;

std::string AvcCodecString(Bytes avcc);  // avc1.64001f: ISO/IEC 14496-15, of `avcC`
std::string HevcCodecString(const std::string& entry, Bytes hvcc);  // hvc1.1.6.L93.B0: annex E, of `hvcC`
std::string AacCodecString(Bytes esds);  // mp4a.40.2: of `esds`, version and flags included

}  // namespace descant::conversion
