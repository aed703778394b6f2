// Languages as HLS wants them: BCP 47 (RFC 5646), which asks for the shortest code.
#pragma once

#include <string>

namespace descant::conversion {

// Of what a file states, which is mostly ISO 639-2: `ger` and `deu` are `de`. What has no two-letter code, or
// is BCP 47 already, stays.
std::string Bcp47(const std::string& language);

}  // namespace descant::conversion
