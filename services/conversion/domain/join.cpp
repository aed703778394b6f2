#include "services/conversion/domain/join.h"

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>

#include "platform/base/error.h"

namespace descant::conversion {

namespace {

constexpr double kLongestSegment = 3600;  // seconds

[[noreturn]] void Unfit(const std::string& what) {
  throw Error(ErrorKind::kInternal, "chunk_unfit", "What was made of a chunk does not fit: " + what + ".");
}

void CheckSegment(const Segment& segment, const std::string& file) {
  if (segment.file != file) Unfit("a segment is called " + segment.file + " and not " + file);
  const ByteRange& picture = segment.first_picture;
  const bool within = picture.offset >= 0 && picture.length > 0 && picture.offset <= segment.bytes &&
                      picture.length <= segment.bytes - picture.offset;
  if (!(segment.duration > 0 && segment.duration <= kLongestSegment) || !within)
    Unfit(file + " holds nothing, or too much");
}

}  // namespace

std::int64_t FramesIn(double seconds, Rational frame_rate) {
  return std::llround(seconds * frame_rate.value());
}

void CheckChunk(const Plan& plan, const EncodedChunk& made) {
  const Chunk& chunk = *plan.chunk;
  if (!std::ranges::equal(made, plan.video, {}, &EncodedRendition::name, &VideoRendition::name))
    Unfit("other renditions");
  for (const EncodedRendition& rendition : made) {
    int number = chunk.first_segment;
    for (const Segment& segment : rendition.playlist.segments)
      CheckSegment(segment, SegmentFile(number++, chunk.turn));
    const std::int64_t frames = FramesIn(rendition.playlist.Duration(), plan.video_format->frame_rate);
    if (frames == 0 || (chunk.frames > 0 && frames != chunk.frames)) {
      Unfit(rendition.name + " has " + std::to_string(frames) + " frames and not " +
            std::to_string(chunk.frames));
    }
  }
}

bool HaveSameInit(const EncodedChunk& one, const EncodedChunk& other) {
  return std::ranges::equal(one, other, {}, &EncodedRendition::init_bytes, &EncodedRendition::init_bytes);
}

std::vector<EncodedRendition> JoinChunks(const std::vector<Plan>& plans, std::vector<EncodedChunk> made,
                                         std::int64_t frames) {
  if (made.empty() || made.size() != plans.size()) Unfit("chunks are missing");
  std::vector<EncodedRendition> joined = std::move(made.front());
  for (std::size_t i = 1; i < made.size(); ++i) {
    if (!HaveSameInit(joined, made[i])) Unfit("init segments differ");
    for (std::size_t r = 0; r < joined.size(); ++r) {
      std::vector<Segment>& segments = joined[r].playlist.segments;
      if (static_cast<int>(segments.size()) != plans[i].chunk->first_segment) Unfit("there is a gap");
      std::ranges::move(made[i][r].playlist.segments, std::back_inserter(segments));
    }
  }
  for (EncodedRendition& rendition : joined) {
    const std::int64_t all = FramesIn(rendition.playlist.Duration(), plans.front().video_format->frame_rate);
    if (all != frames) {
      Unfit(rendition.name + " has " + std::to_string(all) + " frames and not " + std::to_string(frames));
    }
    rendition.playlist.ended = true;
  }
  return joined;
}

}  // namespace descant::conversion
