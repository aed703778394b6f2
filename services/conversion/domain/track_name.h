// What people choose a track of sound or text by.
#pragma once

#include <string>
#include <vector>

namespace descant::conversion {

// The title, else the language, else `kind`; unlike any that is taken, as RFC 8216 (4.3.4.1.1) wants it
// within a group.
std::string TrackName(const std::string& title, const std::string& language, const std::string& kind,
                      const std::vector<std::string>& taken);

}  // namespace descant::conversion
