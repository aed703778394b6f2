#include "services/conversion/domain/limits.h"

#include <string>

#include "services/conversion/domain/failure.h"

namespace descant::conversion {

namespace {

[[noreturn]] void Exceeded(const std::string& detail) { throw Failure(FailureCode::kLimitExceeded, detail); }

std::string Hours(std::chrono::seconds duration) {
  const auto minutes = std::chrono::duration_cast<std::chrono::minutes>(duration).count();
  return minutes % 60 == 0 ? std::to_string(minutes / 60) + " hours" : std::to_string(minutes) + " minutes";
}

}  // namespace

void CheckSize(std::int64_t bytes, const Limits& limits) {
  if (bytes > limits.max_bytes) {
    Exceeded("The file is larger than the " + std::to_string(limits.max_bytes >> 20) +
             " MiB that are accepted.");
  }
}

void CheckProbe(const SourceProbe& probe, const Limits& limits) {
  if (probe.duration > limits.max_duration) {
    Exceeded("The file plays longer than the " + Hours(limits.max_duration) + " that are accepted.");
  }
  if (probe.streams > limits.max_streams) {
    Exceeded("The file holds more than the " + std::to_string(limits.max_streams) +
             " streams that are accepted.");
  }
  for (const VideoStream& video : probe.video) {
    if (std::int64_t{video.coded.width} * video.coded.height > limits.max_pixels) {
      Exceeded("The picture has more than the " + std::to_string(limits.max_pixels / 1'000'000) +
               " million pixels that are accepted.");
    }
  }
}

}  // namespace descant::conversion
