#include "services/conversion/domain/media_segment.h"

#include <algorithm>
#include <limits>
#include <string>

#include "services/conversion/domain/boxes.h"

namespace descant::conversion {

namespace {

constexpr std::uint32_t kTfhdBaseDataOffset = 0x1;
constexpr std::uint32_t kTfhdSampleDescription = 0x2;
constexpr std::uint32_t kTfhdDuration = 0x8;
constexpr std::uint32_t kTfhdSize = 0x10;

constexpr std::uint32_t kTrunDataOffset = 0x1;
constexpr std::uint32_t kTrunFirstFlags = 0x4;
constexpr std::uint32_t kTrunDuration = 0x100;
constexpr std::uint32_t kTrunSize = 0x200;

std::uint32_t Flags(Bytes body) { return Read32(body, 0) & 0xffffff; }
int Version(Bytes body) { return static_cast<int>(Read32(body, 0) >> 24); }

// The size that a track fragment gives its samples unless they say otherwise; 0: none.
std::uint32_t DefaultSampleSize(Bytes tfhd) {
  const std::uint32_t flags = Flags(tfhd);
  if ((flags & kTfhdSize) == 0) return 0;
  std::size_t at = 8;  // version and flags, track
  if ((flags & kTfhdBaseDataOffset) != 0) at += 8;
  if ((flags & kTfhdSampleDescription) != 0) at += 4;
  if ((flags & kTfhdDuration) != 0) at += 4;
  return Read32(tfhd, at);
}

struct FirstSample {
  std::uint32_t offset = 0;  // from the fragment
  std::uint32_t size = 0;
};

FirstSample ReadFirstSample(Bytes trun, std::uint32_t default_size) {
  const std::uint32_t flags = Flags(trun);
  if ((flags & kTrunDataOffset) == 0 || Read32(trun, 4) == 0)
    ThrowUnreadableBox("has a fragment without samples");
  std::size_t at = 12;  // version and flags, count, data offset
  if ((flags & kTrunFirstFlags) != 0) at += 4;
  if ((flags & kTrunDuration) != 0) at += 4;
  return {.offset = Read32(trun, 8), .size = (flags & kTrunSize) != 0 ? Read32(trun, at) : default_size};
}

void Write(std::span<std::uint8_t> bytes, std::uint64_t value, std::size_t width) {
  if (bytes.size() < width) ThrowUnreadableBox("ends within a box");
  for (std::size_t i = 0; i < width; ++i)
    bytes[i] = static_cast<std::uint8_t>(value >> (8 * (width - 1 - i)));
}

// Adds to a number whose width goes by the box's version.
void Add(std::span<std::uint8_t> segment, Bytes body, std::size_t at, std::uint64_t later) {
  const auto place = segment.subspan(static_cast<std::size_t>(body.data() - segment.data()) + at);
  if (Version(body) != 0) {
    Write(place, Read64(body, at) + later, 8);
    return;
  }
  const std::uint64_t moved = Read32(body, at) + later;
  if (moved > std::numeric_limits<std::uint32_t>::max()) ThrowUnreadableBox("has no room for its new time");
  Write(place, moved, 4);
}

}  // namespace

ByteRange FirstPicture(Bytes head) {
  std::size_t begin = 0;
  while (true) {
    const std::uint32_t size = Read32(head, begin);
    const Bytes type = Skip(head, begin + 4);
    if (size < 8 || type.size() < 4) ThrowUnreadableBox("has a box of a wrong length");
    if (std::string(type.begin(), type.begin() + 4) == "moof") break;
    begin += size;
  }
  const Bytes rest = Skip(head, begin);
  const Bytes moof =
      BoxReader(rest.first(std::min<std::size_t>(Read32(rest, 0), rest.size()))).Require("moof").body;
  const Bytes traf = BoxReader(moof).Require("traf").body;
  const std::uint32_t size = DefaultSampleSize(BoxReader(traf).Require("tfhd").body);
  const FirstSample sample = ReadFirstSample(BoxReader(traf).Require("trun").body, size);
  return {.offset = static_cast<std::int64_t>(begin),
          .length = std::int64_t{sample.offset} + std::int64_t{sample.size}};
}

void MoveSegment(std::span<std::uint8_t> segment, std::uint64_t later, std::uint32_t sequence) {
  BoxReader boxes(segment);
  while (const auto box = boxes.Next()) {
    if (box->type == "sidx") {
      Add(segment, box->body, 12,
          later);  // earliest presentation time, after version, reference and time scale
    } else if (box->type == "moof") {
      const Bytes mfhd = BoxReader(box->body).Require("mfhd").body;
      Write(segment.subspan(static_cast<std::size_t>(mfhd.data() - segment.data()) + 4), sequence++, 4);
      BoxReader tracks(box->body);
      while (const auto traf = tracks.Find("traf"))
        Add(segment, BoxReader(traf->body).Require("tfdt").body, 4, later);
    }
  }
}

std::uint32_t TimeScale(Bytes init) {
  Bytes at = init;
  for (const char* type : {"moov", "trak", "mdia", "mdhd"}) at = BoxReader(at).Require(type).body;
  const std::uint32_t scale = Read32(at, Version(at) == 0 ? 12 : 20);
  if (scale == 0) ThrowUnreadableBox("has no time scale");
  return scale;
}

}  // namespace descant::conversion
