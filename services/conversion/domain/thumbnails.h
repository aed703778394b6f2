// Small pictures for seeking: sheets of tiles, and a WebVTT track that says which tile is when (media
// fragments, #xywh=).
#pragma once

#include <chrono>
#include <string>

#include "services/conversion/domain/source_probe.h"

namespace descant::conversion {

struct ThumbnailStrip {
  Size tile;
  int columns = 10;
  int rows = 10;  // of a full sheet
  std::chrono::seconds interval{};
  int count = 0;  // of tiles

  int PerSheet() const { return columns * rows; }
  int Sheets() const { return (count + PerSheet() - 1) / PerSheet(); }
};

constexpr const char* kThumbnailTrackFile = "thumbnails.vtt";
constexpr const char* kThumbnailSheetPattern = "%03d.jpg";  // for printf, by the sheet's number from 0

// Some hundred tiles at most, as far apart as a multiple of the key frame interval. `picture`: as displayed.
ThumbnailStrip PlanThumbnails(Size picture, std::chrono::milliseconds duration,
                              std::chrono::seconds key_frame_interval);

std::string ThumbnailSheetFile(int sheet);  // from 0

std::string RenderThumbnailTrack(const ThumbnailStrip& strip, std::chrono::milliseconds duration);

}  // namespace descant::conversion
