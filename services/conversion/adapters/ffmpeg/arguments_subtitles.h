// The command line that takes the text out of a video.
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

#include "services/conversion/adapters/ffmpeg/arguments.h"

namespace descant::conversion::ffmpeg {

// Of the n-th stream that is wanted.
std::string SubtitleFile(std::size_t n);

// Writes each stream, which is text, to a file of its own in `output`, as WebVTT. The times begin where those
// of the renditions do.
std::vector<std::string> SubtitleArguments(const std::vector<int>& streams, const std::filesystem::path& file,
                                           const std::filesystem::path& output, const ArgumentRules& rules);

}  // namespace descant::conversion::ffmpeg
