#include "services/conversion/domain/init_segment.h"

#include <optional>
#include <string_view>

#include "platform/base/error.h"

namespace descant::conversion {

namespace {

constexpr std::size_t kVisualEntry = 78;  // fixed fields before the boxes of a VisualSampleEntry
constexpr std::size_t kAudioEntry = 28;   // the same of an AudioSampleEntry

[[noreturn]] void Unreadable(const std::string& what) {
  throw Error(ErrorKind::kInternal, "init_segment_unreadable", "The init segment " + what + ".");
}

std::uint32_t Read32(Bytes bytes, std::size_t at) {
  return std::uint32_t{bytes[at]} << 24 | std::uint32_t{bytes[at + 1]} << 16 |
         std::uint32_t{bytes[at + 2]} << 8 | std::uint32_t{bytes[at + 3]};
}

int Read16(Bytes bytes, std::size_t at) { return bytes[at] << 8 | bytes[at + 1]; }

struct Box {
  std::string type;
  Bytes body;
};

// The next box off the front; nothing at the end.
std::optional<Box> TakeBox(Bytes& bytes) {
  if (bytes.empty()) return std::nullopt;
  if (bytes.size() < 8) Unreadable("ends within a box");
  std::uint64_t size = Read32(bytes, 0);
  std::size_t header = 8;
  if (size == 1) {
    if (bytes.size() < 16) Unreadable("ends within a box");
    size = std::uint64_t{Read32(bytes, 8)} << 32 | Read32(bytes, 12);
    header = 16;
  } else if (size == 0) {
    size = bytes.size();
  }
  if (size < header || size > bytes.size()) Unreadable("has a box of a wrong length");
  Box box{.type = std::string(bytes.begin() + 4, bytes.begin() + 8),
          .body = bytes.subspan(header, static_cast<std::size_t>(size) - header)};
  bytes = bytes.subspan(static_cast<std::size_t>(size));
  return box;
}

std::optional<Bytes> FindIn(Bytes bytes, std::string_view type) {
  while (const auto box = TakeBox(bytes)) {
    if (box->type == type) return box->body;
  }
  return std::nullopt;
}

Bytes Find(Bytes bytes, std::string_view type) {
  const auto body = FindIn(bytes, type);
  if (!body) Unreadable("has no " + std::string(type));
  return *body;
}

Bytes Skip(Bytes bytes, std::size_t count) {
  if (bytes.size() < count) Unreadable("ends within a box");
  return bytes.subspan(count);
}

InitSegment ReadVisual(const Box& entry) {
  const Bytes boxes = Skip(entry.body, kVisualEntry);
  InitSegment segment{.size = {.width = Read16(entry.body, 24), .height = Read16(entry.body, 26)}};
  segment.codec = entry.type == "avc1" ? AvcCodecString(Find(boxes, "avcC"))
                                       : HevcCodecString(entry.type, Find(boxes, "hvcC"));
  return segment;
}

InitSegment ReadAudio(const Box& entry) {
  const Bytes boxes = Skip(entry.body, kAudioEntry);
  return {.codec = AacCodecString(Find(boxes, "esds")), .channels = Read16(entry.body, 16)};
}

}  // namespace

InitSegment ReadInitSegment(Bytes bytes) {
  Bytes at = bytes;
  for (const char* type : {"moov", "trak", "mdia", "minf", "stbl", "stsd"}) at = Find(at, type);
  Bytes entries = Skip(at, 8);  // version, flags, count
  const auto entry = TakeBox(entries);
  if (!entry) Unreadable("has no sample entry");
  if (entry->type == "avc1" || entry->type == "hvc1") return ReadVisual(*entry);
  if (entry->type == "mp4a") return ReadAudio(*entry);
  Unreadable("holds a codec that is not made here");
}

}  // namespace descant::conversion
