// What exactly is going to be made of one source: a pure function of what it is, what is wanted and the
// profile. Its parts are in plan_audio.cpp, plan_video.cpp and plan_subtitles.cpp.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "services/conversion/domain/chunk.h"
#include "services/conversion/domain/output_color.h"
#include "services/conversion/domain/profile.h"
#include "services/conversion/domain/source_probe.h"

namespace descant::conversion {

enum class MediaKind { kAudio, kVideo };

// What a track of sound becomes.
struct AudioFormat {
  int stream = 0;  // index in the source
  int channels = 2;
  bool downmix = false;  // the source has more channels
  int sample_rate = 48000;
  std::string language;  // BCP 47; empty: not stated
  std::string title;     // empty: not stated
  bool operator==(const AudioFormat&) const = default;
};

struct AudioRendition {
  std::string name;  // names its folder too
  int bit_rate = 0;
  std::optional<AudioFormat> further;  // of another track than the main one
  bool operator==(const AudioRendition&) const = default;
};

struct VideoRendition {
  std::string name;
  VideoCodec codec = VideoCodec::kAvc;
  Size size;  // even
  std::string preset;
  std::string params;  // further ones of the encoder, as x265-params and x264-params have them
  int crf = 0;
  int max_bit_rate = 0;  // of the encoder's rate control, bit/s
  OutputColor color;
  bool operator==(const VideoRendition&) const = default;
};

// What a track of text becomes.
struct SubtitleFormat {
  int stream = 0;        // index in the source
  std::string name;      // names its folder
  std::string language;  // BCP 47; empty: not stated
  std::string title;     // empty: not stated
  bool forced = false;
  bool hearing_impaired = false;
  bool operator==(const SubtitleFormat&) const = default;
};

// What becomes of the two fields of an interlaced picture: one frame, or a frame each, so that motion stays
// as smooth as it was (HLS authoring spec 1.16).
enum class Deinterlace { kNo, kFrames, kFields };

// Shared by all renditions of the picture.
struct VideoFormat {
  int stream = 0;
  Rational frame_rate;
  Deinterlace deinterlace = Deinterlace::kNo;
  Color color;  // of the source, complete
  std::optional<MasteringDisplay> mastering_display;
  std::optional<ContentLight> content_light;
  bool operator==(const VideoFormat&) const = default;
};

struct Plan {
  MediaKind kind = MediaKind::kAudio;
  std::chrono::milliseconds duration{};  // of the source; 0: not known
  std::chrono::seconds segment{6};       // target duration of every playlist
  std::chrono::seconds cut{6};           // how long segments are made: at most the target
  std::chrono::seconds key_frame_interval{2};
  std::optional<AudioFormat> audio_format;  // of the main sound
  std::vector<AudioRendition> audio;
  std::optional<VideoFormat> video_format;
  std::vector<VideoRendition> video;
  std::vector<SubtitleFormat> subtitles;  // a video's; as far as they can be read
  std::optional<Chunk> chunk;             // the part of the picture that is made; nothing: all of it

  bool empty() const { return audio.empty() && video.empty(); }
};

// A source is converted in two passes, so that it can be played long before all of it is made.
struct Plans {
  Plan first;  // what every device plays, and is made quickest
  Plan rest;   // may be empty

  // Everything, as if it were made at once.
  Plan Whole() const;
};

// Throws Failure kNoAudio, kNoVideo, or kDamaged when the stream that is wanted is there but says nothing of
// itself.
Plans MakePlans(const SourceProbe& probe, MediaKind kind, const Profile& profile);

}  // namespace descant::conversion
