// HLS media playlists (RFC 8216): the one that the segmenter leaves is read, ours is written.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "services/conversion/domain/media_segment.h"

namespace descant::conversion {

struct Segment {
  std::string file;
  double duration = 0;  // seconds
  std::int64_t bytes = 0;
  ByteRange first_picture;  // which stands alone; empty for sound
};

struct MediaPlaylist {
  std::string init_file;  // EXT-X-MAP
  std::vector<Segment> segments;
  bool ended = false;  // EXT-X-ENDLIST
  int target = 0;  // seconds that the target duration is at least: it may not change while a playlist grows

  double Duration() const;  // seconds
};

// Of what FFmpeg wrote; sizes are not in there. Throws Error kInternal when it is no such playlist.
MediaPlaylist ParseMediaPlaylist(std::string_view text);

// Of type VOD, or of type EVENT for players that are there while it grows: they begin at its beginning. An
// EVENT playlist only grows, up to its end, and never changes its type.
enum class PlaylistType { kVod, kEvent };
std::string RenderMediaPlaylist(const MediaPlaylist& playlist, PlaylistType type);

// The target duration that the playlist states: seconds, no segment is longer once rounded (RFC
// 8216 4.3.3.1).
int TargetDuration(const MediaPlaylist& playlist);

// Rounded up; 0 for no time at all, and the most that the type holds above that.
std::uint32_t BitRate(std::int64_t bytes, double seconds);

std::string RenderSeconds(double seconds);  // as EXTINF has them

// Bit/s over the whole.
std::uint32_t AverageBitRate(const MediaPlaylist& playlist);

// Bit/s of the heaviest run of consecutive segments between 0.5 and 1.5 target durations long (RFC 8216 4.1);
// of the whole when it is shorter.
std::uint32_t PeakBitRate(const MediaPlaylist& playlist);

}  // namespace descant::conversion
