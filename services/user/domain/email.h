#pragma once

#include <string_view>

namespace descant::user {

// Whether `text` has the form of an e-mail address that one can have: RFC 5321 without quoted local parts and
// address literals, with UTF-8 allowed (RFC 6531). At most 254 bytes.
bool IsEmailAddress(std::string_view text);

}  // namespace descant::user
