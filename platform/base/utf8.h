// UTF-8 (RFC 3629): what comes from outside is checked before it reaches databases, storage and logs.
#pragma once

#include <string>
#include <string_view>

namespace descant {

// Whether all of `text` is well-formed UTF-8: no overlong forms, no surrogates, nothing above U+10FFFF.
bool IsUtf8(std::string_view text);

// How many characters well-formed UTF-8 has, as Unicode counts them.
std::size_t CountCodePoints(std::string_view text);

// The same text with U+FFFD for each byte that is not part of well-formed UTF-8.
std::string ToValidUtf8(std::string_view text);

}  // namespace descant
