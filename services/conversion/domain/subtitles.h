// Subtitles as HLS has them (RFC 8216, 3.1.4): a track is one WebVTT file, whose times are those of the
// picture, and a playlist of that one segment.
#pragma once

#include <string>
#include <vector>

#include "services/conversion/domain/master_playlist.h"
#include "services/conversion/domain/plan.h"

namespace descant::conversion {

constexpr const char* kSubtitleFile = "subtitles.vtt";

// `seconds`: how long the picture is, which every rendition has to be.
std::string RenderSubtitlePlaylist(double seconds);

// Of those that were made of a plan's, as the master playlist beside their folders sees them.
std::vector<SubtitleTrack> SubtitleTracks(const std::vector<SubtitleFormat>& made);

}  // namespace descant::conversion
