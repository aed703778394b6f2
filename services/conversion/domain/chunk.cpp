#include "services/conversion/domain/chunk.h"

#include <array>
#include <cstdio>

namespace descant::conversion {

std::int64_t FirstFrameAt(std::chrono::seconds at, Rational frame_rate) {
  return (at.count() * frame_rate.num + frame_rate.den - 1) / frame_rate.den;
}

std::vector<Chunk> CutIntoChunks(std::chrono::milliseconds duration, Rational frame_rate,
                                 std::chrono::seconds segment, std::chrono::seconds length) {
  const std::chrono::seconds step = (length + segment - std::chrono::seconds(1)) / segment * segment;
  std::vector<Chunk> chunks;
  for (std::chrono::seconds begin{0}; chunks.empty() || begin + step / 2 <= duration; begin += step) {
    const std::int64_t first = FirstFrameAt(begin, frame_rate);
    chunks.push_back({.index = static_cast<int>(chunks.size()),
                      .begin = begin,
                      .first_segment = static_cast<int>(begin / segment),
                      .first_frame = first,
                      .frames = FirstFrameAt(begin + step, frame_rate) - first});
  }
  chunks.back().frames = 0;
  return chunks;
}

std::string SegmentPattern(int turn) {
  return turn == 1 ? "%05d.m4s" : "%05d-" + std::to_string(turn) + ".m4s";
}

std::string SegmentFile(int number, int turn) {
  std::array<char, 16> digits{};
  std::snprintf(digits.data(), digits.size(), "%05d", number);
  return digits.data() + SegmentPattern(turn).substr(4);
}

}  // namespace descant::conversion
