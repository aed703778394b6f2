// What was encoded, measured and put together: the master playlist and the summary of a job.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "services/conversion/domain/init_segment.h"
#include "services/conversion/domain/master_playlist.h"
#include "services/conversion/domain/media.h"
#include "services/conversion/domain/media_playlist.h"
#include "services/conversion/domain/plan.h"

namespace descant::conversion {

// One rendition as it lies in the scratch folder, in a folder of its own name.
struct EncodedRendition {
  std::string name;
  InitSegment init;
  MediaPlaylist playlist;
  std::string init_bytes;   // of the init segment, once the rendition is whole
  bool of_damaged = false;  // what was decoded for it was damaged in places
};

constexpr const char* kMediaPlaylistFile = "index.m3u8";  // of the whole rendition
constexpr const char* kLivePlaylistFile = "live.m3u8";    // that grows while it is made
constexpr const char* kIFramePlaylistFile = "iframes.m3u8";
constexpr const char* kMasterPlaylistFile = "master.m3u8";

// Of an I-frame playlist.
struct MeasuredIFrames {
  std::uint32_t peak = 0;     // bit/s
  std::uint32_t average = 0;  // bit/s
  std::string uri;            // as the master playlist states it
  bool operator==(const MeasuredIFrames&) const = default;
};

// What a master playlist and a summary need to know of a rendition, wherever it lies.
struct MeasuredRendition {
  std::string name;
  InitSegment init;
  double seconds = 0;
  std::uint32_t peak = 0;     // bit/s
  std::uint32_t average = 0;  // bit/s
  std::string uri;            // of its media playlist, as the master playlist states it
  std::optional<MeasuredIFrames> i_frames;
  bool operator==(const MeasuredRendition&) const = default;
};

// `folder`: of the rendition's own folder, as the master playlist sees it; with a slash at its end, or empty.
MeasuredRendition Measure(const EncodedRendition& encoded, const std::string& folder = "");
// Of one that is still being made: its growing playlist, and at least the bit rate that was asked of its
// encoder.
MeasuredRendition MeasureGrowing(const Plan& plan, const EncodedRendition& encoded);

struct Presentation {
  MasterPlaylist master;
  Media media;
};

// All but subtitles. `measured`: every rendition of the plan, in any order. Throws Error kInternal when one
// is missing.
Presentation Present(const Plan& plan, const std::vector<MeasuredRendition>& measured);

}  // namespace descant::conversion
