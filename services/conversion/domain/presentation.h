// What was encoded, measured and put together: the master playlist and the summary of a job.
#pragma once

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
};

constexpr const char* kMediaPlaylistFile = "index.m3u8";
constexpr const char* kMasterPlaylistFile = "master.m3u8";

struct Presentation {
  MasterPlaylist master;
  Media media;
};

// `encoded`: every rendition of the plan, in any order. Throws Error kInternal when one is missing.
Presentation Present(const Plan& plan, const std::vector<EncodedRendition>& encoded);

}  // namespace descant::conversion
