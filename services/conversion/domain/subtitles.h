// Subtitles as HLS has them (RFC 8216, 3.1.4): a track is one WebVTT file, whose times are those of the
// picture, and a playlist of that one segment.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "services/conversion/domain/master_playlist.h"
#include "services/conversion/domain/plan.h"

namespace descant::conversion {

constexpr const char* kSubtitleFile = "subtitles.vtt";

// `duration`: of the picture, which every rendition has to have.
std::string RenderSubtitlePlaylist(std::chrono::milliseconds duration);

// Of those that were made of a plan's, as the master playlist beside their folders sees them.
std::vector<SubtitleTrack> SubtitleTracks(const std::vector<SubtitleFormat>& made);

}  // namespace descant::conversion
