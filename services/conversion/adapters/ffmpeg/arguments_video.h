// The picture's part of an encoding command.
#pragma once

#include <cstddef>
#include <string>

#include "services/conversion/adapters/ffmpeg/argument_list.h"
#include "services/conversion/adapters/ffmpeg/arguments.h"

namespace descant::conversion::ffmpeg {

// From the source's stream to the pads [v0], [v1] ... of the plan's renditions: progressive, square pixels,
// colours as tagged, a constant frame rate that begins at zero. FFmpeg has turned the picture upright before.
std::string VideoGraph(const Plan& plan);

void AddVideoEncoder(ArgumentList& list, const Plan& plan, std::size_t index, const ArgumentRules& rules);

}  // namespace descant::conversion::ffmpeg
