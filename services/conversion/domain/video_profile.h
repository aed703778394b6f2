// What is made of a picture and the sound beside it.
#pragma once

#include <string>
#include <vector>

namespace descant::conversion {

enum class VideoCodec { kAvc, kHevc };

struct VideoRung {
  std::string name;
  VideoCodec codec = VideoCodec::kAvc;
  int lines = 1080;      // of the shorter side, at most
  std::string preset;    // of the encoder
  std::string params;    // further ones, as x264-params and x265-params have them: aq-mode=2:ref=2
  int crf = 23;          // constant rate factor of the encoder
  int max_bit_rate = 0;  // bit/s at 16:9 of those lines and 30 frames a second; less for less, more for more
};

struct VideoProfile {
  std::vector<int> audio_bit_rates;   // of the sound beside the picture
  std::vector<VideoRung> renditions;  // AVC, which plays everywhere, is made before HEVC
  int max_frame_rate = 60;
};

}  // namespace descant::conversion
