// How far a job is, out of how far encoding is: publishing goes along with it.
#pragma once

#include <chrono>

#include "services/conversion/app/job_events.h"
#include "services/conversion/domain/transcoder.h"

namespace descant::conversion::app {

class ProgressMeter {
 public:
  // 0: not known; then encoding stays at nothing.
  explicit ProgressMeter(std::chrono::milliseconds duration) : duration_(duration) {}

  // The encoding that is told of from here on is the part from `from` to `to` of all the encoding there is.
  void BeginPass(double from, double to);
  Progress Encoding(EncodingProgress at);

 private:
  Progress Advance(double fraction);

  std::chrono::duration<double> duration_;
  double from_ = 0;
  double to_ = 1;
  Progress last_;
};

}  // namespace descant::conversion::app
