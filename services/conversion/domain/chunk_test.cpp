#include "services/conversion/domain/chunk.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace descant::conversion {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;

TEST(Chunks, BeginWhereTheWholeWouldBeginASegment) {
  EXPECT_THAT(
      CutIntoChunks(150s, {25, 1}, 6s, 60s),
      ElementsAre(Chunk{0, 0s, 0, 0, 1500}, Chunk{1, 60s, 10, 1500, 1500}, Chunk{2, 120s, 20, 3000, 0}));
  EXPECT_THAT(
      CutIntoChunks(170s, {30000, 1001}, 6s, 60s),
      ElementsAre(Chunk{0, 0s, 0, 0, 1799}, Chunk{1, 60s, 10, 1799, 1798}, Chunk{2, 120s, 20, 3597, 0}));
}

TEST(Chunks, AreWholeSegmentsLong) {
  EXPECT_THAT(CutIntoChunks(20s, {25, 1}, 6s, 7s),
              ElementsAre(Chunk{0, 0s, 0, 0, 300}, Chunk{1, 12s, 2, 300, 0}));
}

TEST(Chunks, HaveNoShortOneAtTheEnd) {
  EXPECT_THAT(CutIntoChunks(149s, {25, 1}, 6s, 60s),
              ElementsAre(Chunk{0, 0s, 0, 0, 1500}, Chunk{1, 60s, 10, 1500, 0}));
}

TEST(Chunks, OfAShortVideoAreOne) {
  EXPECT_THAT(CutIntoChunks(0ms, {25, 1}, 6s, 60s), ElementsAre(Chunk{0, 0s, 0, 0, 0}));
  EXPECT_THAT(CutIntoChunks(60s, {25, 1}, 6s, 60s), ElementsAre(Chunk{0, 0s, 0, 0, 0}));
}

TEST(Chunks, NameTheirSegmentsByTurn) {
  EXPECT_EQ(SegmentFile(7, 1), "00007.m4s");
  EXPECT_EQ(SegmentFile(123'456, 3), "123456-3.m4s");
  EXPECT_EQ(SegmentPattern(1), "%05d.m4s");
  EXPECT_EQ(SegmentPattern(2), "%05d-2.m4s");
}

}  // namespace
}  // namespace descant::conversion
