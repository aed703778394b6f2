#include "services/conversion/adapters/ffmpeg/progress_parser.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <utility>

namespace descant::conversion::ffmpeg {

namespace {

// Unset, negative or absurd values are no news.
void ParsePosition(std::string_view text, std::chrono::milliseconds& position) {
  std::int64_t microseconds = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), microseconds);
  if (error != std::errc() || end != text.data() + text.size() || microseconds < 0) return;
  position = std::max(position, std::chrono::milliseconds(microseconds / 1000));
}

// "2.73x", "N/A", with spaces in front.
void ParseSpeed(std::string_view text, double& speed) {
  text.remove_prefix(std::min(text.find_first_not_of(' '), text.size()));
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error == std::errc() && std::isfinite(value) && value >= 0) speed = value;
}

}  // namespace

std::optional<EncodingProgress> ProgressParser::Feed(std::string_view bytes) {
  complete_.reset();
  lines_.Feed(bytes, [this](std::string_view name, std::string_view value) {
    if (name == "out_time_us") ParsePosition(value, current_.position);
    if (name == "speed") ParseSpeed(value, current_.speed);
    if (name == "progress") complete_ = current_;
  });
  return std::exchange(complete_, std::nullopt);
}

}  // namespace descant::conversion::ffmpeg
