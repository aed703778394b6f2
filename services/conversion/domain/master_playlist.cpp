#include "services/conversion/domain/master_playlist.h"

#include <cstdio>
#include <set>

namespace descant::conversion {

namespace {

constexpr const char* kSubtitleGroup = "subtitles";
// Of captions (RFC 8216, 4.3.4.1).
constexpr const char* kDescribesSounds =
    "public.accessibility.transcribes-spoken-dialog,public.accessibility.describes-music-and-sound";

std::string Decimals(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.3f", value);
  return text;
}

// Attribute strings cannot hold quotes or line breaks, and there is no escape for them.
std::string Quoted(const std::string& text) {
  std::string quoted = "\"";
  for (const char c : text) quoted += (c == '"' || static_cast<unsigned char>(c) < 0x20) ? ' ' : c;
  return quoted + '"';
}

template <class Playlist>
std::string Rates(const Playlist& playlist) {
  return "BANDWIDTH=" + std::to_string(playlist.bandwidth) +
         ",AVERAGE-BANDWIDTH=" + std::to_string(playlist.average_bandwidth);
}

std::string Resolution(Size size) {
  return ",RESOLUTION=" + std::to_string(size.width) + "x" + std::to_string(size.height);
}

std::string Range(VideoRange range) {
  if (range == VideoRange::kSdr) return "";
  return std::string(",VIDEO-RANGE=") + (range == VideoRange::kPq ? "PQ" : "HLG");
}

}  // namespace

std::string RenderMasterPlaylist(const MasterPlaylist& playlist) {
  std::string text = "#EXTM3U\n#EXT-X-VERSION:7\n#EXT-X-INDEPENDENT-SEGMENTS\n";
  std::set<std::string> begun;
  for (const AudioTrack& track : playlist.audio) {
    const bool first = begun.insert(track.group).second;
    text += "#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID=" + Quoted(track.group) + ",NAME=" + Quoted(track.name);
    if (!track.language.empty()) text += ",LANGUAGE=" + Quoted(track.language);
    text += std::string(",DEFAULT=") + (first ? "YES" : "NO") + ",AUTOSELECT=YES,CHANNELS=\"" +
            std::to_string(track.channels) + "\",URI=" + Quoted(track.uri) + "\n";
  }
  for (const SubtitleTrack& track : playlist.subtitles) {
    text += "#EXT-X-MEDIA:TYPE=SUBTITLES,GROUP-ID=" + Quoted(kSubtitleGroup) + ",NAME=" + Quoted(track.name);
    if (!track.language.empty()) text += ",LANGUAGE=" + Quoted(track.language);
    text += ",DEFAULT=NO,AUTOSELECT=YES";
    text += track.forced ? ",FORCED=YES" : "";
    if (track.hearing_impaired) text += ",CHARACTERISTICS=" + Quoted(kDescribesSounds);
    text += ",URI=" + Quoted(track.uri) + "\n";
  }
  for (const Variant& variant : playlist.variants) {
    text += "#EXT-X-STREAM-INF:" + Rates(variant) + ",CODECS=" + Quoted(variant.codecs);
    if (variant.resolution.width > 0) {
      text += Resolution(variant.resolution) + ",FRAME-RATE=" + Decimals(variant.frame_rate);
    }
    text += Range(variant.range);
    if (!variant.audio_group.empty()) text += ",AUDIO=" + Quoted(variant.audio_group);
    if (!playlist.subtitles.empty()) text += ",SUBTITLES=" + Quoted(kSubtitleGroup);
    text += "\n" + variant.uri + "\n";
  }
  for (const IFrameVariant& pictures : playlist.i_frames) {
    text += "#EXT-X-I-FRAME-STREAM-INF:" + Rates(pictures) + ",CODECS=" + Quoted(pictures.codecs) +
            Resolution(pictures.resolution) + Range(pictures.range) + ",URI=" + Quoted(pictures.uri) + "\n";
  }
  return text;
}

}  // namespace descant::conversion
