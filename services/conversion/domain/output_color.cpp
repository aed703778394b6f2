#include "services/conversion/domain/output_color.h"

#include <algorithm>
#include <array>
#include <string_view>

namespace descant::conversion {

namespace {

constexpr std::array<std::string_view, 5> kPrimaries = {"bt709", "smpte170m", "bt470bg", "smpte432",
                                                        "bt2020"};
constexpr std::array<std::string_view, 7> kTransfers = {
    "bt709", "smpte170m", "bt470m", "bt2020-10", "smpte2084", "arib-std-b67", "iec61966-2-1"};
constexpr std::array<std::string_view, 4> kMatrices = {"bt709", "smpte170m", "bt470bg", "bt2020nc"};

template <std::size_t N>
bool Known(const std::array<std::string_view, N>& words, const std::string& word) {
  return std::ranges::find(words, word) != words.end();
}

// The convention of players for what states no colour at all.
std::string GuessMatrix(const VideoStream& video) {
  if (video.color.primaries == "bt2020" || RangeOf(video.color) != VideoRange::kSdr) return "bt2020nc";
  if (video.rgb || video.coded.width >= 1280 || video.coded.height > 576) return "bt709";
  return video.coded.height == 576 || video.coded.height == 288 ? "bt470bg" : "smpte170m";
}

std::string GuessPrimaries(const std::string& matrix) { return matrix == "bt2020nc" ? "bt2020" : matrix; }

std::string GuessTransfer(const std::string& matrix) {
  if (matrix == "bt2020nc") return "bt2020-10";
  return matrix == "smpte170m" ? "smpte170m" : "bt709";
}

}  // namespace

Color CompleteColor(const VideoStream& video) {
  Color color = video.color;
  if (video.rgb || !Known(kMatrices, color.matrix)) color.matrix = GuessMatrix(video);
  if (!Known(kPrimaries, color.primaries)) color.primaries = GuessPrimaries(color.matrix);
  if (!Known(kTransfers, color.transfer)) color.transfer = GuessTransfer(color.matrix);
  return color;
}

OutputColor BasicColor(const VideoStream& video) {
  const Color color = CompleteColor(video);
  if (RangeOf(color) == VideoRange::kSdr) return {.tags = color};
  return {.tags = {.primaries = "bt709", .transfer = "bt709", .matrix = "bt709"}, .tone_map = true};
}

OutputColor FullColor(const VideoStream& video) {
  return {.tags = CompleteColor(video), .bit_depth = video.bit_depth > 8 ? 10 : 8};
}

}  // namespace descant::conversion
