// Sources and a profile for tests of what is planned.
#pragma once

#include "services/conversion/domain/plan.h"

namespace descant::conversion::testing {

inline Profile TestProfile() {
  return {.audio = {.bit_rates = {128'000, 64'000, 256'000}, .mono_bit_rates = {96'000, 48'000}},
          .video = {.audio_bit_rates = {128'000},
                    .renditions = {{.name = "avc",
                                    .codec = VideoCodec::kAvc,
                                    .lines = 1080,
                                    .preset = "veryfast",
                                    .crf = 23,
                                    .max_bit_rate = 6'000'000},
                                   {.name = "hevc",
                                    .codec = VideoCodec::kHevc,
                                    .lines = 1080,
                                    .preset = "superfast",
                                    .params = "aq-mode=2",
                                    .crf = 25,
                                    .max_bit_rate = 4'500'000}}}};
}

inline AudioStream Sound(int index = 0) {
  return {.index = index, .codec = "mp3", .channels = 2, .sample_rate = 44'100};
}

inline VideoStream Picture(Size size) {
  return {.index = 0, .codec = "h264", .coded = size, .average_rate = {30, 1}, .base_rate = {30, 1}};
}

}  // namespace descant::conversion::testing
