#include "services/conversion/domain/damage.h"

#include <algorithm>

namespace descant::conversion {

namespace {

// Whoever writes to a pipe cannot know the length, and writes about the most that there is.
constexpr std::uint32_t kUnknownLength = 0x7ffff000;

std::uint32_t Little32(Bytes bytes, std::size_t at) {
  return std::uint32_t{bytes[at + 3]} << 24 | std::uint32_t{bytes[at + 2]} << 16 |
         std::uint32_t{bytes[at + 1]} << 8 | std::uint32_t{bytes[at]};
}

bool IsAt(Bytes bytes, std::size_t at, std::string_view word) {
  return bytes.size() >= at + word.size() &&
         std::equal(word.begin(), word.end(), bytes.begin() + static_cast<long>(at));
}

bool Fits(std::uint32_t stated, std::int64_t there) {
  if (stated == 0 || stated >= kUnknownLength) return true;
  return there >= stated && there - stated <= there / 10;
}

bool WaveContradicts(Bytes head, std::int64_t size) {
  if (!IsAt(head, 0, "RIFF") || !IsAt(head, 8, "WAVE")) return false;
  if (!Fits(Little32(head, 4), size - 8)) return true;
  std::size_t at = 12;
  while (head.size() >= at + 8) {
    const std::uint32_t length = Little32(head, at + 4);
    if (IsAt(head, at, "data"))
      return length != 0 && length < kUnknownLength && length > size - static_cast<std::int64_t>(at) - 8;
    at += 8 + std::size_t{length} + length % 2;
  }
  return false;
}

// A frame header: eleven bits of sync, and none of the values that are reserved.
bool IsFrame(Bytes bytes, std::size_t at) {
  return bytes.size() >= at + 4 && bytes[at] == 0xff && (bytes[at + 1] & 0xe0) == 0xe0 &&
         (bytes[at + 1] & 0x18) != 0x08 && (bytes[at + 1] & 0x06) != 0 && (bytes[at + 2] & 0xf0) != 0xf0 &&
         (bytes[at + 2] & 0x0c) != 0x0c;
}

bool Mp3Contradicts(Bytes head) {
  std::size_t at = 0;
  while (head.size() >= at + 10 && IsAt(head, at, "ID3")) {
    const auto seven = [&](std::size_t i) { return std::size_t{head[at + i]} & 0x7f; };
    at += 10 + (seven(6) << 21 | seven(7) << 14 | seven(8) << 7 | seven(9));
    if (at >= head.size()) return false;  // a large picture
  }
  while (at < head.size() && head[at] == 0) ++at;  // padding
  return at < head.size() && !IsFrame(head, at);
}

}  // namespace

bool ContradictsItself(std::string_view container, Bytes head, std::int64_t size) {
  if (container == "wav") return WaveContradicts(head, size);
  if (container == "mp3") return Mp3Contradicts(head);
  return false;
}

bool CutShort(std::chrono::milliseconds stated, std::chrono::milliseconds played) {
  return stated - played > std::max<std::chrono::milliseconds>(std::chrono::seconds(1), stated / 20);
}

}  // namespace descant::conversion
