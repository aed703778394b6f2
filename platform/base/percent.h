// Percent-encoding of text for URLs (RFC 3986 section 2.1): all but letters, digits and -._~ is encoded.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace descant {

// One segment of a path, or one name or value of a query.
std::string PercentEncode(std::string_view text);
// A whole path: its slashes stay.
std::string PercentEncodePath(std::string_view path);
// Nothing when a percent sign is not followed by two hexadecimal digits. A plus stays a plus.
std::optional<std::string> PercentDecode(std::string_view text);

}  // namespace descant
