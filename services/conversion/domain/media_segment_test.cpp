#include "services/conversion/domain/media_segment.h"

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "platform/base/error.h"

namespace descant::conversion {

void PrintTo(const ByteRange& range, std::ostream* out) { *out << range.length << "@" << range.offset; }

namespace {

using Buffer = std::vector<std::uint8_t>;

Buffer Number(std::uint64_t value, int width = 4) {
  Buffer bytes;
  for (int i = width - 1; i >= 0; --i) bytes.push_back(static_cast<std::uint8_t>(value >> (8 * i)));
  return bytes;
}

Buffer Join(std::initializer_list<Buffer> parts) {
  Buffer whole;
  for (const Buffer& part : parts) whole.insert(whole.end(), part.begin(), part.end());
  return whole;
}

Buffer MakeBox(const std::string& type, const Buffer& body) {
  return Join({Number(body.size() + 8), Buffer(type.begin(), type.end()), body});
}

// As FFmpeg writes them: 64-bit times, sizes of the samples in the track run.
Buffer Segment(std::uint64_t begin, Buffer tfhd, Buffer trun, int version = 1) {
  const int width = version == 0 ? 4 : 8;
  const Buffer tfdt =
      MakeBox("tfdt", Join({Number(static_cast<std::uint64_t>(version) << 24), Number(begin, width)}));
  const Buffer traf = MakeBox("traf", Join({MakeBox("tfhd", tfhd), tfdt, MakeBox("trun", trun)}));
  const Buffer mfhd = MakeBox("mfhd", Join({Number(0), Number(1)}));
  const Buffer sidx = MakeBox("sidx", Join({Number(static_cast<std::uint64_t>(version) << 24), Number(1),
                                            Number(12'800), Number(begin, width), Buffer(16)}));
  return Join({MakeBox("styp", Buffer(16)), sidx, MakeBox("moof", Join({mfhd, traf})),
               MakeBox("mdat", Buffer(1000))});
}

const Buffer kTfhd = Join({Number(0x20000), Number(1)});
const Buffer kTrun = Join({Number(0x205), Number(2), Number(212), Number(0), Number(700), Number(300)});

TEST(MediaSegment, FindsItsFirstPicture) {
  const Buffer segment = Segment(0, kTfhd, kTrun);
  EXPECT_EQ(FirstPicture(segment), (ByteRange{68, 212 + 700}));
  EXPECT_EQ(FirstPicture(Bytes(segment).first(segment.size() - 1000)), (ByteRange{68, 212 + 700}));
}

TEST(MediaSegment, FindsTheSizeWhereverItStands) {
  const Buffer defaults =
      Join({Number(0x2003b), Number(1), Number(0, 8), Number(1), Number(512), Number(450), Number(0)});
  const Buffer without = Join({Number(0x1), Number(1), Number(100)});
  EXPECT_EQ(FirstPicture(Segment(0, defaults, without)).length, 550);
  const Buffer with_duration =
      Join({Number(0x701), Number(1), Number(100), Number(512), Number(60), Number(0)});
  EXPECT_EQ(FirstPicture(Segment(0, defaults, with_duration)).length, 160);
}

TEST(MediaSegment, MovesInTime) {
  for (const int version : {0, 1}) {
    Buffer segment = Segment(5, kTfhd, kTrun, version);
    Buffer expected = Segment(1005, kTfhd, kTrun, version);
    MoveSegment(segment, 1000, 1);
    EXPECT_EQ(segment, expected);
    MoveSegment(segment, 0, 0x01020304);
    EXPECT_NE(segment, expected);
    MoveSegment(expected, 0, 0x01020304);
    EXPECT_EQ(segment, expected);
  }
}

TEST(MediaSegment, NumbersEachFragment) {
  Buffer segment = Join({Segment(0, kTfhd, kTrun), Segment(5, kTfhd, kTrun)});
  MoveSegment(segment, 0, 7);
  const Buffer once = segment;
  Buffer second(segment.begin() + static_cast<std::ptrdiff_t>(segment.size() / 2), segment.end());
  Buffer expected = Segment(5, kTfhd, kTrun);
  MoveSegment(expected, 0, 8);
  EXPECT_EQ(second, expected);
}

TEST(MediaSegment, RefusesATimeThatDoesNotFit) {
  Buffer segment = Segment(5, kTfhd, kTrun, 0);
  EXPECT_THROW(MoveSegment(segment, 0xffffffff, 1), Error);
}

TEST(MediaSegment, SurvivesEveryTruncation) {
  const Buffer whole = Segment(0, kTfhd, kTrun);
  for (std::size_t length = 0; length + 1008 < whole.size(); ++length) {
    Buffer part(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(length));
    EXPECT_THROW(FirstPicture(part), Error) << length;
    try {
      MoveSegment(part, 1, 1);
    } catch (const Error&) {
    }
  }
}

TEST(MediaSegment, KnowsTheTimeScaleOfItsInitSegment) {
  const auto init = [](const Buffer& mdhd) {
    Buffer box = MakeBox("mdhd", mdhd);
    for (const char* type : {"mdia", "trak", "moov"}) box = MakeBox(type, box);
    return Join({MakeBox("ftyp", Buffer(8)), box});
  };
  EXPECT_EQ(TimeScale(init(Join({Number(0), Buffer(8), Number(12'800), Buffer(8)}))), 12'800U);
  EXPECT_EQ(TimeScale(init(Join({Number(0x1000000), Buffer(16), Number(30'000), Buffer(12)}))), 30'000U);
  EXPECT_THROW(TimeScale(init(Buffer(24))), Error);
  EXPECT_THROW(TimeScale(Buffer{}), Error);
}

}  // namespace
}  // namespace descant::conversion
