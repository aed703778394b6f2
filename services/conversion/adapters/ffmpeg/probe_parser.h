// Reads what ffprobe prints about a file. The values come from the file, so none of them is trusted: what is
// not a sane number counts as not stated.
#pragma once

#include <string_view>

#include "services/conversion/domain/source_probe.h"

namespace descant::conversion::ffmpeg {

// Throws Failure kUnsupportedFormat when there is no container in it, Error kInternal when it is no JSON of
// ffprobe's.
SourceProbe ParseProbe(std::string_view json);

}  // namespace descant::conversion::ffmpeg
