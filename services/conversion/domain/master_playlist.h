// The HLS master playlist (RFC 8216, and the HLS authoring specification for Apple devices). FFmpeg's own
// lacks FRAME-RATE and AVERAGE-BANDWIDTH and guesses the HEVC codec string, so ours is written here.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "services/conversion/domain/color.h"
#include "services/conversion/domain/source_probe.h"

namespace descant::conversion {

// A sound track beside the picture.
struct AudioTrack {
  std::string group;
  std::string name;
  std::string language;  // empty: not stated
  int channels = 2;
  std::string uri;
};

// A track of text over the picture.
struct SubtitleTrack {
  std::string name;
  std::string language;  // empty: not stated
  bool forced = false;
  bool hearing_impaired = false;
  std::string uri;
  bool operator==(const SubtitleTrack&) const = default;
};

struct Variant {
  std::uint32_t bandwidth = 0;          // bit/s, peak, the sound included
  std::uint32_t average_bandwidth = 0;  // bit/s
  std::string codecs;                   // RFC 6381
  Size resolution;                      // zero: no picture
  double frame_rate = 0;                // 0: no picture
  VideoRange range = VideoRange::kSdr;
  std::string audio_group;  // empty: none
  std::string uri;
};

// Single pictures of a variant, for fast seeking.
struct IFrameVariant {
  std::uint32_t bandwidth = 0;          // bit/s, peak
  std::uint32_t average_bandwidth = 0;  // bit/s
  std::string codecs;                   // RFC 6381
  Size resolution;
  VideoRange range = VideoRange::kSdr;
  std::string uri;
};

struct MasterPlaylist {
  std::vector<AudioTrack> audio;         // the first of a group is the default
  std::vector<SubtitleTrack> subtitles;  // of every variant; none is shown unless it is chosen, or forced
  std::vector<Variant> variants;         // the first is where players begin
  std::vector<IFrameVariant> i_frames;
};

std::string RenderMasterPlaylist(const MasterPlaylist& playlist);

}  // namespace descant::conversion
