// What is made of a source: the renditions that an operator wants, before the source's own size and sound
// limit them.
#pragma once

#include <chrono>
#include <string>
#include <vector>

namespace descant::conversion {

enum class VideoCodec { kAvc, kHevc };

struct VideoRung {
  std::string name;
  VideoCodec codec = VideoCodec::kAvc;
  int lines = 1080;      // of the shorter side, at most
  std::string preset;    // of the encoder
  int crf = 23;          // constant rate factor of the encoder
  int max_bit_rate = 0;  // bit/s at 1920x1080 and 30 frames a second; less for less
};

struct Profile {
  std::vector<int>
      audio_bit_rates;  // of music and podcasts: stereo AAC-LC, bit/s, the one to begin with first
  std::vector<int> video_audio_bit_rates;  // of the sound beside a picture
  std::vector<VideoRung> video;            // the one to begin with first
  int max_frame_rate = 60;
  std::chrono::seconds segment{6};
  std::chrono::seconds key_frame_interval{2};  // divides `segment`
};

}  // namespace descant::conversion
