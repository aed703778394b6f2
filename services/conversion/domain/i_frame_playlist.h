// I-frame playlists (RFC 8216 4.3.3.6): single pictures by byte ranges of the segments, for fast seeking.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "services/conversion/domain/media_playlist.h"

namespace descant::conversion {

struct IFrame {
  std::string file;
  ByteRange range;      // within the file
  double duration = 0;  // seconds until the next
};

struct IFramePlaylist {
  std::string init_file;
  std::vector<IFrame> frames;
};

// The first picture of each segment. Empty for sound.
IFramePlaylist IFramesOf(const MediaPlaylist& playlist);

std::string RenderIFramePlaylist(const IFramePlaylist& playlist);

// Bit/s, as played at normal speed: of the heaviest picture, and over the whole.
std::uint32_t PeakBitRate(const IFramePlaylist& playlist);
std::uint32_t AverageBitRate(const IFramePlaylist& playlist);

}  // namespace descant::conversion
