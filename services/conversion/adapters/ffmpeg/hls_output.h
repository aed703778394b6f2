// Reads back what FFmpeg's segmenter left in the scratch folder, and does not take its word for it: it ends
// with success even when the disk was full.
#pragma once

#include <filesystem>
#include <vector>

#include "services/conversion/domain/plan.h"
#include "services/conversion/domain/presentation.h"

namespace descant::conversion::ffmpeg {

// Blocks. Throws Failure kDamaged when a rendition holds nothing, Error kInternal when a file is missing or
// cut short.
std::vector<EncodedRendition> ReadOutput(const Plan& plan, const std::filesystem::path& output);

}  // namespace descant::conversion::ffmpeg
