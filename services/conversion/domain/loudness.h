// How loud something is, by EBU R128. Players level with it; the samples are left as they are.
#pragma once

namespace descant::conversion {

struct Loudness {
  double integrated_lufs = 0;  // ITU-R BS.1770, gated
  double range_lu = 0;         // EBU Tech 3342
  double true_peak_dbtp = 0;   // above 0 where a player's converter clips
  bool operator==(const Loudness&) const = default;
};

}  // namespace descant::conversion
