#include "services/conversion/domain/i_frame_playlist.h"

#include <algorithm>
#include <cmath>

#include "services/conversion/domain/media_playlist.h"

namespace descant::conversion {

IFramePlaylist IFramesOf(const MediaPlaylist& playlist) {
  IFramePlaylist pictures{.init_file = playlist.init_file};
  for (const Segment& segment : playlist.segments) {
    if (segment.first_picture.length == 0) return {};
    pictures.frames.push_back(
        {.file = segment.file, .range = segment.first_picture, .duration = segment.duration});
  }
  return pictures;
}

std::string RenderIFramePlaylist(const IFramePlaylist& playlist) {
  double longest = 1;
  for (const IFrame& frame : playlist.frames) longest = std::max(longest, frame.duration);
  std::string text =
      "#EXTM3U\n#EXT-X-VERSION:7\n#EXT-X-TARGETDURATION:" + std::to_string(std::lround(longest)) +
      "\n#EXT-X-MEDIA-SEQUENCE:0\n#EXT-X-PLAYLIST-TYPE:VOD\n#EXT-X-I-FRAMES-ONLY\n"
      "#EXT-X-INDEPENDENT-SEGMENTS\n#EXT-X-MAP:URI=\"" +
      playlist.init_file + "\"\n";
  for (const IFrame& frame : playlist.frames) {
    text += "#EXTINF:" + RenderSeconds(frame.duration) +
            ",\n#EXT-X-BYTERANGE:" + std::to_string(frame.range.length) + "@" +
            std::to_string(frame.range.offset) + "\n" + frame.file + "\n";
  }
  return text + "#EXT-X-ENDLIST\n";
}

std::uint32_t PeakBitRate(const IFramePlaylist& playlist) {
  std::uint32_t peak = 0;
  for (const IFrame& frame : playlist.frames)
    peak = std::max(peak, BitRate(frame.range.length, frame.duration));
  return peak;
}

std::uint32_t AverageBitRate(const IFramePlaylist& playlist) {
  std::int64_t bytes = 0;
  double seconds = 0;
  for (const IFrame& frame : playlist.frames) {
    bytes += frame.range.length;
    seconds += frame.duration;
  }
  return BitRate(bytes, seconds);
}

}  // namespace descant::conversion
