// What is made of music and podcasts.
#pragma once

#include <vector>

namespace descant::conversion {

struct AudioProfile {
  // AAC-LC, bit/s; the first of them is made first and plays everywhere.
  std::vector<int> bit_rates;  // of stereo
  std::vector<int> mono_bit_rates;
};

}  // namespace descant::conversion
