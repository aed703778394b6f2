// The command lines of what is made of a source beside its renditions.
#pragma once

#include <chrono>
#include <filesystem>
#include <string>
#include <vector>

#include "services/conversion/adapters/ffmpeg/arguments.h"

namespace descant::conversion::ffmpeg {

// How many samples one point of a measurement spans: at most a tenth of a second, because ebur128 says
// something new no more often; less where a short sound would get too few points.
int MeasuredStretch(const AudioFormat& format, std::chrono::milliseconds duration);

// Measures the sound as its renditions are made of it; prints on standard output what SoundParser reads.
// `plan`: one that has sound.
std::vector<std::string> MeasureArguments(const Plan& plan, const std::filesystem::path& file,
                                          const ArgumentRules& rules);

constexpr const char* kLargeCover = "large.jpg";  // at most 640 pixels wide and high
constexpr const char* kSmallCover = "small.jpg";  // at most 160

// Writes <output>/large.jpg and <output>/small.jpg of one picture stream, with nothing in them but the
// picture; never larger than the source.
std::vector<std::string> CoverArguments(int stream, const std::filesystem::path& file,
                                        const std::filesystem::path& output, const ArgumentRules& rules);

}  // namespace descant::conversion::ffmpeg
