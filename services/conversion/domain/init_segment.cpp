#include "services/conversion/domain/init_segment.h"

#include "services/conversion/domain/boxes.h"

namespace descant::conversion {

namespace {

constexpr std::size_t kVisualEntry = 78;  // fixed fields before the boxes of a VisualSampleEntry
constexpr std::size_t kAudioEntry = 28;   // the same of an AudioSampleEntry

int Read16(Bytes bytes, std::size_t at) { return bytes[at] << 8 | bytes[at + 1]; }

InitSegment ReadVisual(const Box& entry) {
  const Bytes boxes = Skip(entry.body, kVisualEntry);
  InitSegment segment{.size = {.width = Read16(entry.body, 24), .height = Read16(entry.body, 26)}};
  segment.codec = entry.type == "avc1" ? AvcCodecString(BoxReader(boxes).Require("avcC").body)
                                       : HevcCodecString(entry.type, BoxReader(boxes).Require("hvcC").body);
  return segment;
}

InitSegment ReadAudio(const Box& entry) {
  const Bytes boxes = Skip(entry.body, kAudioEntry);
  return {.codec = AacCodecString(BoxReader(boxes).Require("esds").body), .channels = Read16(entry.body, 16)};
}

}  // namespace

InitSegment ReadInitSegment(Bytes bytes) {
  Bytes at = bytes;
  for (const char* type : {"moov", "trak", "mdia", "minf", "stbl", "stsd"})
    at = BoxReader(at).Require(type).body;
  const auto entry = BoxReader(Skip(at, 8)).Next();  // after version, flags, count
  if (!entry) ThrowUnreadableBox("has no sample entry");
  if (entry->type == "avc1" || entry->type == "hvc1") return ReadVisual(*entry);
  if (entry->type == "mp4a") return ReadAudio(*entry);
  ThrowUnreadableBox("holds a codec that is not made here");
}

}  // namespace descant::conversion
