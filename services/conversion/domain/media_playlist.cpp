#include "services/conversion/domain/media_playlist.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <limits>

#include "platform/base/error.h"

namespace descant::conversion {

namespace {

constexpr double kLongestSegment = 1e6;  // seconds

[[noreturn]] void Malformed() {
  throw Error(ErrorKind::kInternal, "playlist_unreadable",
              "The segmenter left a playlist that cannot be read.");
}

std::string_view NextLine(std::string_view& text) {
  const std::size_t end = text.find('\n');
  std::string_view line = text.substr(0, end);
  text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

double ParseSeconds(std::string_view text) {
  double seconds = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seconds);
  if (error != std::errc() || !(seconds >= 0 && seconds <= kLongestSegment)) Malformed();
  return seconds;
}

// A plain name in the playlist's own folder.
std::string FileName(std::string_view text) {
  const auto unfit = [](char c) { return c == '/' || c == '"' || static_cast<unsigned char>(c) < 0x20; };
  if (text.empty() || text.starts_with('.') || std::ranges::any_of(text, unfit)) Malformed();
  return std::string(text);
}

std::string QuotedUri(std::string_view attributes) {
  constexpr std::string_view kUri = "URI=\"";
  const std::size_t begin = attributes.find(kUri);
  if (begin == std::string_view::npos) Malformed();
  attributes.remove_prefix(begin + kUri.size());
  const std::size_t end = attributes.find('"');
  if (end == std::string_view::npos) Malformed();
  return FileName(attributes.substr(0, end));
}

std::int64_t TotalBytes(const MediaPlaylist& playlist) {
  std::int64_t bytes = 0;
  for (const Segment& segment : playlist.segments) bytes += segment.bytes;
  return bytes;
}

}  // namespace

std::uint32_t BitRate(std::int64_t bytes, double seconds) {
  if (seconds <= 0) return 0;
  const double rate = std::ceil(static_cast<double>(bytes) * 8 / seconds);
  constexpr std::uint32_t kMost = std::numeric_limits<std::uint32_t>::max();
  return rate < kMost ? static_cast<std::uint32_t>(rate) : kMost;
}

std::string RenderSeconds(double seconds) {
  char text[32];
  std::snprintf(text, sizeof text, "%.5f", seconds);
  return text;
}

double MediaPlaylist::Duration() const {
  double seconds = 0;
  for (const Segment& segment : segments) seconds += segment.duration;
  return seconds;
}

MediaPlaylist ParseMediaPlaylist(std::string_view text) {
  constexpr std::string_view kMap = "#EXT-X-MAP:";
  constexpr std::string_view kInf = "#EXTINF:";
  MediaPlaylist playlist;
  if (NextLine(text) != "#EXTM3U") Malformed();
  double duration = -1;
  while (!text.empty()) {
    const std::string_view line = NextLine(text);
    if (line.starts_with(kMap)) {
      playlist.init_file = QuotedUri(line);
    } else if (line.starts_with(kInf)) {
      duration = ParseSeconds(line.substr(kInf.size()));
    } else if (line == "#EXT-X-ENDLIST") {
      playlist.ended = true;
    } else if (!line.empty() && !line.starts_with('#')) {
      if (duration < 0) Malformed();
      playlist.segments.push_back({.file = FileName(line), .duration = duration});
      duration = -1;
    }
  }
  if (playlist.init_file.empty()) Malformed();
  return playlist;
}

int TargetDuration(const MediaPlaylist& playlist) {
  double longest = std::max(1, playlist.target);
  for (const Segment& segment : playlist.segments) longest = std::max(longest, segment.duration);
  return static_cast<int>(std::lround(longest));
}

std::string RenderMediaPlaylist(const MediaPlaylist& playlist, PlaylistType type) {
  const bool event = type == PlaylistType::kEvent;
  std::string text =
      "#EXTM3U\n#EXT-X-VERSION:7\n#EXT-X-TARGETDURATION:" + std::to_string(TargetDuration(playlist)) +
      "\n#EXT-X-MEDIA-SEQUENCE:0\n#EXT-X-PLAYLIST-TYPE:" + (event ? "EVENT" : "VOD") +
      (event ? "\n#EXT-X-START:TIME-OFFSET=0" : "") + "\n#EXT-X-INDEPENDENT-SEGMENTS\n#EXT-X-MAP:URI=\"" +
      playlist.init_file + "\"\n";
  for (const Segment& segment : playlist.segments) {
    text += "#EXTINF:" + RenderSeconds(segment.duration) + ",\n" + segment.file + "\n";
  }
  if (playlist.ended) text += "#EXT-X-ENDLIST\n";
  return text;
}

std::uint32_t AverageBitRate(const MediaPlaylist& playlist) {
  return BitRate(TotalBytes(playlist), playlist.Duration());
}

std::uint32_t PeakBitRate(const MediaPlaylist& playlist) {
  const double target = TargetDuration(playlist);
  std::uint32_t peak = 0;
  for (std::size_t first = 0; first < playlist.segments.size(); ++first) {
    double seconds = 0;
    std::int64_t bytes = 0;
    for (std::size_t last = first; last < playlist.segments.size(); ++last) {
      seconds += playlist.segments[last].duration;
      bytes += playlist.segments[last].bytes;
      if (seconds > target * 1.5) break;
      if (seconds >= target * 0.5) peak = std::max(peak, BitRate(bytes, seconds));
    }
  }
  return std::max(peak, AverageBitRate(playlist));
}

}  // namespace descant::conversion
