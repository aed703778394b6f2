// The command lines of FFmpeg and ffprobe: pure functions, held to golden files. What a hostile file may
// reach is decided here: which demuxers are tried, that they open nothing but their one file, and how large a
// picture may become.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "services/conversion/domain/plan.h"

namespace descant::conversion::ffmpeg {

struct ArgumentRules {
  std::string ffmpeg = "/usr/bin/ffmpeg";
  std::string ffprobe = "/usr/bin/ffprobe";
  std::int64_t max_pixels = 8192 * 4352;  // of one frame
  int threads = 1;                        // of each decoder, filter graph and encoder
};

// Prints the probe as JSON on standard output.
std::vector<std::string> ProbeArguments(const std::filesystem::path& file, const ArgumentRules& rules);

// Every rendition of the plan in one run: one decode, many encodes. Writes <output>/<rendition>/ with a media
// playlist, an init segment and segments; the folders have to be there. Prints progress on standard output.
std::vector<std::string> EncodeArguments(const Plan& plan, const std::filesystem::path& file,
                                         const std::filesystem::path& output, const ArgumentRules& rules);

}  // namespace descant::conversion::ffmpeg
