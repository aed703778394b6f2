// Which of a profile's renditions suit a picture: how large they become, and how many bits they may take.
#pragma once

#include <vector>

#include "services/conversion/domain/profile.h"
#include "services/conversion/domain/rational.h"
#include "services/conversion/domain/source_probe.h"

namespace descant::conversion {

// The largest even size of the same shape within 16:9 of `lines`, whichever way it is turned; never above the
// source. At least 16 a side, which is what every encoder takes.
Size Fit(Size source, int lines);

struct Rung {
  const VideoRung* of = nullptr;  // of the profile
  Size size;
  int max_bit_rate = 0;  // of the encoder's rate control, bit/s
};

// In the profile's order. Of the rungs that the source does not fill only the smallest is kept, at the
// source's own size, and a rung of the same codec that is hardly smaller is left out. `rungs` has to outlive
// the answer.
std::vector<Rung> ChooseRungs(const std::vector<VideoRung>& rungs, Size source, Rational frame_rate);

}  // namespace descant::conversion
