// The sound's part of an encoding command.
#pragma once

#include <cstddef>
#include <string>

#include "services/conversion/adapters/ffmpeg/argument_list.h"

namespace descant::conversion::ffmpeg {

// From the source's stream to what every rendition of the sound is made of: its channels, rate and clock.
// `plan`: one that has sound.
std::string SoundChain(const Plan& plan);

// From the source's stream to the pads [a0], [a1] ... of the plan's renditions.
std::string AudioGraph(const Plan& plan);

void AddAudioEncoder(ArgumentList& list, const Plan& plan, std::size_t index);

}  // namespace descant::conversion::ffmpeg
