#include "services/conversion/app/progress_meter.h"

#include <algorithm>

namespace descant::conversion::app {

namespace {
constexpr double kEncodingShare = 0.95;  // of the whole; publishing is the rest
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

Progress ProgressMeter::Publishing(std::size_t files, std::size_t of_files) {
  const double done = of_files == 0 ? 1.0 : static_cast<double>(files) / static_cast<double>(of_files);
  last_.remaining = {};
  return Advance(kEncodingShare + (1 - kEncodingShare) * std::min(1.0, done));
}

Progress ProgressMeter::Advance(double fraction) {
  last_.fraction = std::max(last_.fraction, fraction);
  return last_;
}

}  // namespace descant::conversion::app
