#include "services/conversion/domain/subtitles.h"

#include <algorithm>
#include <cmath>

#include "services/conversion/domain/media_playlist.h"
#include "services/conversion/domain/presentation.h"
#include "services/conversion/domain/track_name.h"

namespace descant::conversion {

std::string RenderSubtitlePlaylist(std::chrono::milliseconds duration) {
  const double seconds = std::chrono::duration<double>(duration).count();
  const auto target = std::max(1, static_cast<int>(std::ceil(seconds)));
  return "#EXTM3U\n#EXT-X-VERSION:7\n#EXT-X-TARGETDURATION:" + std::to_string(target) +
         "\n#EXT-X-MEDIA-SEQUENCE:0\n#EXT-X-PLAYLIST-TYPE:VOD\n#EXTINF:" + RenderSeconds(seconds) + ",\n" +
         kSubtitleFile + "\n#EXT-X-ENDLIST\n";
}

std::vector<SubtitleTrack> SubtitleTracks(const std::vector<SubtitleFormat>& made) {
  std::vector<SubtitleTrack> tracks;
  for (const SubtitleFormat& format : made) {
    tracks.push_back({.language = format.language,
                      .forced = format.forced,
                      .hearing_impaired = format.hearing_impaired,
                      .uri = format.name + "/" + kMediaPlaylistFile});
  }
  // What viewers choose from has the better names: players show forced tracks unasked.
  std::vector<std::string> names;
  for (const bool forced : {false, true}) {
    for (std::size_t i = 0; i < made.size(); ++i) {
      if (made[i].forced != forced) continue;
      names.push_back(TrackName(made[i].title, made[i].language, "Subtitles", names));
      tracks[i].name = names.back();
    }
  }
  return tracks;
}

}  // namespace descant::conversion
