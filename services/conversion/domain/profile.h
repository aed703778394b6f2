// What is made of a source: the renditions that an operator wants, before the source's own size and sound
// limit them.
#pragma once

#include <chrono>

#include "services/conversion/domain/audio_profile.h"
#include "services/conversion/domain/video_profile.h"

namespace descant::conversion {

struct Profile {
  AudioProfile audio;
  VideoProfile video;
  std::chrono::seconds segment{6};
  std::chrono::seconds key_frame_interval{2};  // divides `segment`
};

}  // namespace descant::conversion
