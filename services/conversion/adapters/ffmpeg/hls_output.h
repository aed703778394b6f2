// Reads back what FFmpeg's segmenter left in the scratch folder, and does not take its word for it: it ends
// with success even when the disk was full.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "services/conversion/domain/plan.h"
#include "services/conversion/domain/presentation.h"

namespace descant::conversion::ffmpeg {

// Blocks. Throws Failure kDamaged when a rendition holds nothing, Error kInternal when a file is missing or
// cut short.
std::vector<EncodedRendition> ReadOutput(const Plan& plan, const std::filesystem::path& output);

// Moves the segments of a chunk, once, to where they are in the whole video: their times and numbers. Blocks.
// Throws Failure kScratchFull, Error kInternal.
void PlaceInWhole(const Plan& plan, const std::filesystem::path& output,
                  const std::vector<EncodedRendition>& renditions);

// Reads a rendition again and again while it grows; what it has seen once it does not read again.
class GrowingRendition {
 public:
  // `folder`: of the rendition, which has its name.
  GrowingRendition(const Plan& plan, std::filesystem::path folder);

  // As it is now; nothing when it has not grown since. Blocks. Throws Error kInternal when what its playlist
  // names is missing or cut short.
  std::optional<EncodedRendition> Read();

 private:
  std::filesystem::path folder_;
  EncodedRendition rendition_;
};

}  // namespace descant::conversion::ffmpeg
