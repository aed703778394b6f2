#include "services/conversion/domain/plan_chunks.h"

#include <algorithm>

namespace descant::conversion {

namespace {

using namespace std::chrono_literals;

constexpr auto kShortestVideo = 36s;  // that is worth it
constexpr auto kShortest = 12s;
constexpr auto kLongest = 120s;
constexpr int kMostUntilLongest = 64;

// Below it a frame is so long that the segmenter could not tell key frames from one another that are rounded
// to frames (FFmpeg's cut of a chunk is one frame less than the segment).
constexpr double kLeastFrameRate = 12;

// Both have an index, or are read as if they had one, so that a seek ends at the key frame before.
bool CanBeSoughtIn(const SourceProbe& probe) {
  return (probe.container.starts_with("mov,") || probe.container.starts_with("matroska,")) &&
         !probe.contradicts_itself;
}

}  // namespace

std::vector<Plan> CutPlan(const SourceProbe& probe, const Plan& rest) {
  if (rest.video.empty() || !rest.audio.empty() || rest.audio_format) return {};
  const VideoFormat& format = *rest.video_format;
  if (!CanBeSoughtIn(probe) || format.deinterlace != Deinterlace::kNo) return {};
  if (format.frame_rate.value() < kLeastFrameRate || rest.duration < kShortestVideo) return {};
  const auto part = std::chrono::ceil<std::chrono::seconds>(rest.duration / kMostUntilLongest);
  const std::vector<Chunk> chunks =
      CutIntoChunks(rest.duration, format.frame_rate, rest.cut,
                    std::clamp<std::chrono::seconds>(part, kShortest, kLongest));
  if (chunks.size() < 2) return {};
  std::vector<Plan> plans(chunks.size(), rest);
  for (std::size_t i = 0; i < chunks.size(); ++i) plans[i].chunk = chunks[i];
  return plans;
}

}  // namespace descant::conversion
