// What an uploaded file is, as far as converting it depends on it.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "services/conversion/domain/color.h"
#include "services/conversion/domain/rational.h"
#include "services/conversion/domain/tags.h"

namespace descant::conversion {

struct AudioStream {
  int index = 0;  // among all streams of the file
  std::string codec;
  int channels = 0;
  int sample_rate = 0;  // Hz
  int bit_rate = 0;     // bit/s; 0: not known
  bool is_default = false;
  std::string language;  // ISO 639; empty: not stated
  std::string title;     // of the track; empty: not stated

  bool decodable() const { return !codec.empty() && channels > 0 && sample_rate > 0; }
};

struct Size {
  int width = 0;
  int height = 0;
  bool operator==(const Size&) const = default;
};

struct VideoStream {
  int index = 0;
  std::string codec;
  Size coded;
  int rotation = 0;            // degrees, as the container asks for: 0, 90, 180 or 270
  Rational pixel_shape{1, 1};  // sample aspect ratio
  Rational average_rate;       // frames per second
  Rational base_rate;          // the lowest rate that holds every timestamp
  bool interlaced = false;
  Color color;
  bool rgb = false;
  int bit_depth = 8;  // of each component
  std::optional<MasteringDisplay> mastering_display;
  std::optional<ContentLight> content_light;
  bool is_still = false;  // cover art, thumbnails: not a moving picture
  bool is_default = false;

  bool decodable() const { return !codec.empty() && coded.width > 0 && coded.height > 0; }
};

// Text that is shown over the picture: a translation, or captions.
struct SubtitleStream {
  int index = 0;
  std::string codec;
  std::string language;           // ISO 639; empty: not stated
  std::string title;              // of the track; empty: not stated
  bool forced = false;            // what everybody has to read, as signs in another language
  bool hearing_impaired = false;  // sounds are described too

  // Others are pictures of text.
  bool is_text() const;
};

struct SourceProbe {
  std::string container;                 // FFmpeg's name of the demuxer
  std::chrono::milliseconds duration{};  // 0: not known
  int streams = 0;                       // of all kinds
  std::vector<AudioStream> audio;
  std::vector<VideoStream> video;
  std::vector<SubtitleStream> subtitles;
  Tags tags;
  bool contradicts_itself = false;  // what its first bytes say does not fit the rest
  bool picture_refused = false;     // one has more pixels than a decoder may be asked for

  // The stream that a player would pick: the first default one, else the first. Null when there is none that
  // decodes.
  const AudioStream* MainAudio() const;
  const VideoStream* MainVideo() const;
  // The other sound that decodes, in its order.
  std::vector<const AudioStream*> FurtherAudio() const;
  // The first picture of a kind that covers are of. Null when there is none.
  const VideoStream* CoverPicture() const;
};

// As displayed: pixels made square, then rotated.
Size DisplaySize(const VideoStream& video);

}  // namespace descant::conversion
