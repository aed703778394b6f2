#include "services/conversion/domain/master_playlist.h"

#include <cstdio>
#include <set>

namespace descant::conversion {

namespace {

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
  for (const Variant& variant : playlist.variants) {
    text += "#EXT-X-STREAM-INF:BANDWIDTH=" + std::to_string(variant.bandwidth) +
            ",AVERAGE-BANDWIDTH=" + std::to_string(variant.average_bandwidth) +
            ",CODECS=" + Quoted(variant.codecs);
    if (variant.resolution.width > 0) {
      text += ",RESOLUTION=" + std::to_string(variant.resolution.width) + "x" +
              std::to_string(variant.resolution.height) + ",FRAME-RATE=" + Decimals(variant.frame_rate);
    }
    if (variant.range != VideoRange::kSdr) {
      text += std::string(",VIDEO-RANGE=") + (variant.range == VideoRange::kPq ? "PQ" : "HLG");
    }
    if (!variant.audio_group.empty()) text += ",AUDIO=" + Quoted(variant.audio_group);
    text += "\n" + variant.uri + "\n";
  }
  return text;
}

}  // namespace descant::conversion
