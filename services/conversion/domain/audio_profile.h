// What is made of music and podcasts.
#pragma once

#include <vector>

namespace descant::conversion {

struct AudioProfile {
  std::vector<int> bit_rates;  // stereo AAC-LC, bit/s; the first is made first and plays everywhere
};

}  // namespace descant::conversion
