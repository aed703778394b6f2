// Chunks of a film, and what a worker makes of them.
#pragma once

#include <string>
#include <vector>

#include "services/conversion/domain/join.h"
#include "services/conversion/domain/plan_chunks.h"

namespace descant::conversion::testing {

// `count` chunks, four or more, of 12 seconds and 25 frames a second, the last one half as long, in two
// renditions.
inline std::vector<Plan> ChunkPlans(int count) {
  Plan rest{.kind = MediaKind::kVideo, .duration = std::chrono::seconds(12 * count - 6)};
  rest.video_format = VideoFormat{.frame_rate = {25, 1}};
  rest.video = {{.name = "hevc-720", .codec = VideoCodec::kHevc, .size = {1280, 720}},
                {.name = "hevc-360", .codec = VideoCodec::kHevc, .size = {640, 360}}};
  const SourceProbe probe{.container = "matroska,webm"};
  return CutPlan(probe, rest);
}

inline EncodedChunk MadeOf(const Plan& plan, const std::string& init = "init") {
  const Chunk& chunk = *plan.chunk;
  const int segments = chunk.frames == 0 ? 1 : static_cast<int>(chunk.frames / 150);
  EncodedChunk made;
  for (const VideoRendition& video : plan.video) {
    EncodedRendition rendition{.name = video.name,
                               .init = {.codec = "hvc1", .size = video.size},
                               .playlist = {.init_file = "init.mp4", .ended = true, .target = 6},
                               .init_bytes = init + " of " + video.name};
    for (int i = 0; i < segments; ++i) {
      rendition.playlist.segments.push_back({.file = SegmentFile(chunk.first_segment + i, chunk.turn),
                                             .duration = 6,
                                             .bytes = 1000,
                                             .first_picture = {.offset = 100, .length = 200}});
    }
    made.push_back(std::move(rendition));
  }
  return made;
}

}  // namespace descant::conversion::testing
