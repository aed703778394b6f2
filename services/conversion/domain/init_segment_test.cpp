#include "services/conversion/domain/init_segment.h"

#include <random>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "platform/base/error.h"

namespace descant::conversion {
namespace {

using Buffer = std::vector<std::uint8_t>;

Buffer MakeBox(const std::string& type, const Buffer& body) {
  const auto size = static_cast<std::uint32_t>(body.size() + 8);
  Buffer box{static_cast<std::uint8_t>(size >> 24), static_cast<std::uint8_t>(size >> 16),
             static_cast<std::uint8_t>(size >> 8), static_cast<std::uint8_t>(size)};
  box.insert(box.end(), type.begin(), type.end());
  box.insert(box.end(), body.begin(), body.end());
  return box;
}

Buffer Join(Buffer first, const Buffer& second) {
  first.insert(first.end(), second.begin(), second.end());
  return first;
}

Buffer InitOf(const std::string& entry, const Buffer& body) {
  Buffer box = Join(Buffer(8), MakeBox(entry, body));
  for (const char* type : {"stsd", "stbl", "minf", "mdia", "trak", "moov"}) box = MakeBox(type, box);
  return Join(MakeBox("ftyp", Buffer(8)), box);
}

Buffer Visual(const Buffer& config) {
  Buffer entry(78);
  entry[24] = 0x07, entry[25] = 0x80;  // 1920
  entry[26] = 0x04, entry[27] = 0x38;  // 1080
  return Join(entry, config);
}

const Buffer kAvcc{1, 0x64, 0x00, 0x1f, 0xff, 0xe1, 0, 0};
const Buffer kHvcc{1, 0x01, 0x60, 0, 0, 0, 0x90, 0, 0, 0, 0, 0, 93, 0xf0, 0};
const Buffer kEsds{0,    0,    0,    0,    0x03, 0x80, 0x80, 0x80, 0x22, 0,    1,    0, 0x04, 0x80, 0x80,
                   0x80, 0x14, 0x40, 0x15, 0,    0,    0,    0,    1,    0xf4, 0,    0, 1,    0xf4, 0,
                   0x05, 0x80, 0x80, 0x80, 0x02, 0x11, 0x90, 0x06, 0x80, 0x80, 0x80, 1, 2};

Buffer AudioEntry() {
  Buffer entry(28);
  entry[17] = 2;
  return Join(entry, MakeBox("esds", kEsds));
}

TEST(InitSegment, ReadsAvc) {
  const InitSegment segment = ReadInitSegment(InitOf("avc1", Visual(MakeBox("avcC", kAvcc))));
  EXPECT_EQ(segment.codec, "avc1.64001f");
  EXPECT_EQ(segment.size, (Size{1920, 1080}));
}

TEST(InitSegment, ReadsHevc) {
  const InitSegment segment = ReadInitSegment(InitOf("hvc1", Visual(MakeBox("hvcC", kHvcc))));
  EXPECT_EQ(segment.codec, "hvc1.1.6.L93.90");
}

TEST(InitSegment, ReadsAac) {
  const InitSegment segment = ReadInitSegment(InitOf("mp4a", AudioEntry()));
  EXPECT_EQ(segment.codec, "mp4a.40.2");
  EXPECT_EQ(segment.channels, 2);
  EXPECT_EQ(segment.size, Size());
}

// The examples of ISO/IEC 14496-15 annex E, and the fields that they leave at zero.
TEST(HevcCodecString, FollowsAnnexE) {
  EXPECT_EQ(HevcCodecString("hvc1", Buffer{1, 0x01, 0x60, 0, 0, 0, 0xb0, 0, 0, 0, 0, 0, 93}),
            "hvc1.1.6.L93.B0");
  EXPECT_EQ(HevcCodecString("hev1", Buffer{1, 0x62, 0x20, 0, 0, 0, 0, 0, 0, 0, 0, 0, 150}),
            "hev1.A2.4.H150" + std::string());
  EXPECT_EQ(HevcCodecString("hvc1", Buffer{1, 0x02, 0x20, 0, 0, 0, 0xb0, 0, 0x23, 0, 0, 0, 120}),
            "hvc1.2.4.L120.B0.0.23");
}

TEST(InitSegment, RefusesOtherCodecs) {
  EXPECT_THROW(ReadInitSegment(InitOf("vp09", Visual({}))), Error);
  EXPECT_THROW(ReadInitSegment(Buffer{}), Error);
}

TEST(InitSegment, SurvivesEveryCutAndEveryChangedByte) {
  for (const Buffer& whole : {InitOf("avc1", Visual(MakeBox("avcC", kAvcc))),
                              InitOf("hvc1", Visual(MakeBox("hvcC", kHvcc))), InitOf("mp4a", AudioEntry())}) {
    for (std::size_t size = 0; size < whole.size(); ++size) {
      const Buffer cut(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size));
      EXPECT_THROW(ReadInitSegment(cut), Error) << size;
    }
    std::mt19937 random(7);
    for (int round = 0; round < 20'000; ++round) {
      Buffer changed = whole;
      for (int change = 0; change < 3; ++change)
        changed[random() % changed.size()] = static_cast<std::uint8_t>(random());
      try {
        ReadInitSegment(changed);
      } catch (const Error&) {
      }
    }
  }
}

}  // namespace
}  // namespace descant::conversion
