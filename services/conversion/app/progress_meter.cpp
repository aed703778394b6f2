#include "services/conversion/app/progress_meter.h"

#include <algorithm>

namespace descant::conversion::app {

namespace {
constexpr double kEncodingShare = 0.99;  // of the whole; the end of publishing is the rest
}

void ProgressMeter::BeginPass(double from, double to) {
  from_ = from;
  to_ = to;
}

Progress ProgressMeter::Encoding(EncodingProgress at) {
  const std::chrono::duration<double> position = at.position;
  const double done = duration_.count() > 0 ? std::clamp(position / duration_, 0.0, 1.0) : 0.0;
  last_.speed = at.speed;
  // As if the passes to come went as fast as their shares say.
  const double passes = (1 - from_) / (to_ - from_);
  last_.remaining = at.speed > 0 ? duration_ * (passes - done) / at.speed : std::chrono::duration<double>(0);
  return Advance(kEncodingShare * (from_ + (to_ - from_) * done));
}

Progress ProgressMeter::Advance(double fraction) {
  last_.fraction = std::max(last_.fraction, fraction);
  return last_;
}

}  // namespace descant::conversion::app
