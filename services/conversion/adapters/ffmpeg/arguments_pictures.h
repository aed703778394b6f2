// The command lines of the pictures that stand for a video: its poster, and the strip of small ones for
// seeking.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "services/conversion/adapters/ffmpeg/arguments.h"
#include "services/conversion/domain/thumbnails.h"

namespace descant::conversion::ffmpeg {

constexpr const char* kPosterFile = "poster.jpg";

// Writes <output>/poster.jpg: of some seconds near the beginning the frame that is most like the others.
// `plan`: the one whose renditions every device shows.
std::vector<std::string> PosterArguments(const Plan& plan, const std::filesystem::path& file,
                                         const std::filesystem::path& output, const ArgumentRules& rules);

// Writes the strip's sheets to <output>/. Of a film longer than some minutes only the key frames are decoded:
// each tile shows the one nearest.
std::vector<std::string> ThumbnailArguments(const Plan& plan, const ThumbnailStrip& strip,
                                            const std::filesystem::path& file,
                                            const std::filesystem::path& output, const ArgumentRules& rules);

}  // namespace descant::conversion::ffmpeg
