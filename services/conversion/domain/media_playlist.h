// HLS media playlists (RFC 8216): the one that the segmenter leaves is read, ours is written.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace descant::conversion {

struct Segment {
  std::string file;
  double duration = 0;  // seconds
  std::int64_t bytes = 0;
};

struct MediaPlaylist {
  std::string init_file;  // EXT-X-MAP
  std::vector<Segment> segments;
  bool ended = false;  // EXT-X-ENDLIST

  double Duration() const;  // seconds
};

// Of what FFmpeg wrote; sizes are not in there. Throws Error kInternal when it is no such playlist.
MediaPlaylist ParseMediaPlaylist(std::string_view text);

// EVENT while it grows, VOD once it has ended.
std::string RenderMediaPlaylist(const MediaPlaylist& playlist);

// The target duration that the playlist states: seconds, no segment is longer once rounded (RFC
// 8216 4.3.3.1).
int TargetDuration(const MediaPlaylist& playlist);

// Bit/s over the whole.
std::uint32_t AverageBitRate(const MediaPlaylist& playlist);

// Bit/s of the heaviest run of consecutive segments between 0.5 and 1.5 target durations long (RFC 8216 4.1);
// of the whole when it is shorter.
std::uint32_t PeakBitRate(const MediaPlaylist& playlist);

}  // namespace descant::conversion
