#include "services/conversion/domain/thumbnails.h"

#include <algorithm>
#include <cstdio>

#include "services/conversion/domain/ladder.h"

namespace descant::conversion {

namespace {

using std::chrono::milliseconds;

constexpr int kMostTiles = 300;
constexpr int kTileLines = 90;

std::string Timestamp(milliseconds at) {
  const auto count = static_cast<long long>(at.count());
  char text[40];
  std::snprintf(text, sizeof text, "%02lld:%02lld:%02lld.%03lld", count / 3'600'000, count / 60'000 % 60,
                count / 1000 % 60, count % 1000);
  return text;
}

}  // namespace

ThumbnailStrip PlanThumbnails(Size picture, milliseconds duration, std::chrono::seconds key_frame_interval) {
  const auto shortest = milliseconds(key_frame_interval) * kMostTiles;
  const auto times =
      std::max<milliseconds::rep>(1, (duration.count() + shortest.count() - 1) / shortest.count());
  const std::chrono::seconds interval = key_frame_interval * times;
  const auto count = (duration.count() + milliseconds(interval).count() - 1) / milliseconds(interval).count();
  return {
      .tile = Fit(picture, kTileLines), .interval = interval, .count = std::max(1, static_cast<int>(count))};
}

std::string ThumbnailSheetFile(int sheet) {
  char text[32];
  std::snprintf(text, sizeof text, kThumbnailSheetPattern, sheet);
  return text;
}

std::string RenderThumbnailTrack(const ThumbnailStrip& strip, milliseconds duration) {
  std::string text = "WEBVTT\n";
  for (int tile = 0; tile < strip.count; ++tile) {
    const milliseconds begin = strip.interval * tile;
    const milliseconds end = tile + 1 < strip.count ? milliseconds(strip.interval * (tile + 1)) : duration;
    if (end <= begin) break;
    const int place = tile % strip.PerSheet();
    text += "\n" + Timestamp(begin) + " --> " + Timestamp(end) + "\n" +
            ThumbnailSheetFile(tile / strip.PerSheet()) +
            "#xywh=" + std::to_string(place % strip.columns * strip.tile.width) + "," +
            std::to_string(place / strip.columns * strip.tile.height) + "," +
            std::to_string(strip.tile.width) + "," + std::to_string(strip.tile.height) + "\n";
  }
  return text;
}

}  // namespace descant::conversion
