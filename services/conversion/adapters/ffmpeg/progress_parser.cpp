#include "services/conversion/adapters/ffmpeg/progress_parser.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <utility>

namespace descant::conversion::ffmpeg {

namespace {

constexpr std::size_t kLongestLine = 1024;  // more is no line of a progress report

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
  while (!bytes.empty()) {
    const std::size_t end = bytes.find('\n');
    const std::string_view piece = bytes.substr(0, end);
    if (line_.size() < kLongestLine) line_ += piece.substr(0, kLongestLine - line_.size());
    if (end == std::string_view::npos) break;
    TakeLine(line_);
    line_.clear();
    bytes.remove_prefix(end + 1);
  }
  return std::exchange(complete_, std::nullopt);
}

void ProgressParser::TakeLine(std::string_view line) {
  const std::size_t equals = line.find('=');
  if (equals == std::string_view::npos) return;
  const std::string_view name = line.substr(0, equals);
  const std::string_view value = line.substr(equals + 1);
  if (name == "out_time_us") ParsePosition(value, current_.position);
  if (name == "speed") ParseSpeed(value, current_.speed);
  if (name == "progress") complete_ = current_;
}

}  // namespace descant::conversion::ffmpeg
