#include "services/conversion/domain/codec_string.h"

#include <cstdio>

#include "platform/base/error.h"

namespace descant::conversion {

namespace {

[[noreturn]] void TooShort() {
  throw Error(ErrorKind::kInternal, "init_segment_unreadable",
              "The init segment has no readable decoder configuration.");
}

void Require(Bytes bytes, std::size_t count) {
  if (bytes.size() < count) TooShort();
}

std::string Hex(std::uint32_t value, const char* format) {
  char text[16];
  std::snprintf(text, sizeof text, format, value);
  return text;
}

std::uint32_t ReverseBits(std::uint32_t value) {
  std::uint32_t reversed = 0;
  for (int bit = 0; bit < 32; ++bit) reversed = reversed << 1 | (value >> bit & 1);
  return reversed;
}

// A descriptor of ISO/IEC 14496-1: its tag, a length in 7-bit groups, its body. Takes it off the front.
struct Descriptor {
  std::uint8_t tag = 0;
  Bytes body;
};

Descriptor TakeDescriptor(Bytes& bytes) {
  Require(bytes, 2);
  Descriptor descriptor{.tag = bytes[0]};
  std::size_t at = 1;
  std::size_t length = 0;
  for (int group = 0; group < 4; ++group) {
    Require(bytes, at + 1);
    const std::uint8_t byte = bytes[at++];
    length = length << 7 | (byte & 0x7f);
    if ((byte & 0x80) == 0) break;
  }
  Require(bytes, at + length);
  descriptor.body = bytes.subspan(at, length);
  bytes = bytes.subspan(at + length);
  return descriptor;
}

Bytes Expect(Bytes& bytes, std::uint8_t tag) {
  const Descriptor descriptor = TakeDescriptor(bytes);
  if (descriptor.tag != tag) TooShort();
  return descriptor.body;
}

}  // namespace

std::string AvcCodecString(Bytes avcc) {
  Require(avcc, 4);
  return "avc1." + Hex(avcc[1], "%02x") + Hex(avcc[2], "%02x") + Hex(avcc[3], "%02x");
}

std::string HevcCodecString(const std::string& entry, Bytes hvcc) {
  Require(hvcc, 13);
  const int space = hvcc[1] >> 6;
  const bool high_tier = (hvcc[1] & 0x20) != 0;
  const int profile = hvcc[1] & 0x1f;
  const std::uint32_t compatibility = std::uint32_t{hvcc[2]} << 24 | std::uint32_t{hvcc[3]} << 16 |
                                      std::uint32_t{hvcc[4]} << 8 | std::uint32_t{hvcc[5]};
  std::string text = entry + ".";
  if (space > 0) text += static_cast<char>('A' + space - 1);
  text += std::to_string(profile) + "." + Hex(ReverseBits(compatibility), "%X") + "." +
          (high_tier ? "H" : "L") + std::to_string(hvcc[12]);
  std::size_t constraints = 6;
  while (constraints > 0 && hvcc[6 + constraints - 1] == 0) --constraints;
  for (std::size_t i = 0; i < constraints; ++i) text += "." + Hex(hvcc[6 + i], "%X");
  return text;
}

std::string AacCodecString(Bytes esds) {
  Require(esds, 4);
  Bytes rest = esds.subspan(4);
  Bytes stream = Expect(rest, 0x03);
  Require(stream, 3);
  const std::uint8_t flags = stream[2];
  std::size_t skip = 3;
  if ((flags & 0x80) != 0) skip += 2;
  if ((flags & 0x40) != 0) {
    Require(stream, skip + 1);
    skip += 1 + stream[skip];
  }
  if ((flags & 0x20) != 0) skip += 2;
  Require(stream, skip);
  stream = stream.subspan(skip);
  Bytes config = Expect(stream, 0x04);
  Require(config, 13);
  const std::uint8_t object_type = config[0];
  config = config.subspan(13);
  const Bytes specific = Expect(config, 0x05);
  Require(specific, 2);
  int audio_object = specific[0] >> 3;
  if (audio_object == 31) audio_object = 32 + ((specific[0] & 7) << 3 | specific[1] >> 5);
  return "mp4a." + Hex(object_type, "%x") + "." + std::to_string(audio_object);
}

}  // namespace descant::conversion
