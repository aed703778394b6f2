// Colour as a stream states it. The words are FFmpeg's for the code points of ITU-T H.273; empty: not stated.
#pragma once

#include <optional>
#include <string>

namespace descant::conversion {

struct Color {
  std::string primaries;
  std::string transfer;
  std::string matrix;
  bool operator==(const Color&) const = default;
};

// VIDEO-RANGE of HLS.
enum class VideoRange { kSdr, kPq, kHlg };

inline VideoRange RangeOf(const Color& color) {
  if (color.transfer == "smpte2084") return VideoRange::kPq;
  return color.transfer == "arib-std-b67" ? VideoRange::kHlg : VideoRange::kSdr;
}

// The display that PQ was graded on (SMPTE ST 2086).
struct MasteringDisplay {
  struct Point {  // CIE 1931, in 1/50,000
    int x = 0;
    int y = 0;
    bool operator==(const Point&) const = default;
  };
  Point red, green, blue, white;
  int max_luminance = 0;  // 1/10,000 cd/m²
  int min_luminance = 0;
  bool operator==(const MasteringDisplay&) const = default;
};

// How light its pictures are (CTA-861.3), cd/m².
struct ContentLight {
  int max = 0;
  int max_average = 0;
  bool operator==(const ContentLight&) const = default;
};

}  // namespace descant::conversion
