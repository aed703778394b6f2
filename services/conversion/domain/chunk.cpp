#include "services/conversion/domain/chunk.h"

namespace descant::conversion {

std::int64_t FirstFrameAt(std::chrono::seconds at, Rational frame_rate) {
  return (at.count() * frame_rate.num + frame_rate.den - 1) / frame_rate.den;
}

std::vector<Chunk> CutIntoChunks(std::chrono::milliseconds duration, Rational frame_rate,
                                 std::chrono::seconds segment, std::chrono::seconds length) {
  const std::chrono::seconds step = (length + segment - std::chrono::seconds(1)) / segment * segment;
  std::vector<Chunk> chunks;
  for (std::chrono::seconds begin{0}; begin == std::chrono::seconds(0) || begin < duration; begin += step) {
    const std::int64_t first = FirstFrameAt(begin, frame_rate);
    chunks.push_back({.index = static_cast<int>(chunks.size()),
                      .begin = begin,
                      .first_frame = first,
                      .frames = FirstFrameAt(begin + step, frame_rate) - first});
  }
  chunks.back().frames = 0;
  return chunks;
}

}  // namespace descant::conversion
