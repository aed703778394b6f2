#include "services/conversion/domain/thumbnails.h"

#include <gtest/gtest.h>

#include "services/conversion/testing/golden.h"

namespace descant::conversion {
namespace {

using namespace std::chrono_literals;

TEST(Thumbnails, StandAtEveryKeyFrameOfAShortVideo) {
  const ThumbnailStrip strip = PlanThumbnails({1920, 1080}, 61s, 2s);
  EXPECT_EQ(strip.tile, (Size{160, 90}));
  EXPECT_EQ(strip.interval, 2s);
  EXPECT_EQ(strip.count, 31);
  EXPECT_EQ(strip.Sheets(), 1);
}

TEST(Thumbnails, StandFurtherApartInALongOne) {
  const ThumbnailStrip strip = PlanThumbnails({1080, 1920}, 12h, 2s);
  EXPECT_EQ(strip.tile, (Size{90, 160}));
  EXPECT_EQ(strip.interval, 144s);
  EXPECT_EQ(strip.count, 300);
  EXPECT_EQ(strip.Sheets(), 3);
}

TEST(Thumbnails, OfAMomentAreOne) {
  EXPECT_EQ(PlanThumbnails({16, 16}, 40ms, 2s).count, 1);
  EXPECT_EQ(PlanThumbnails({16, 16}, 0ms, 2s).count, 1);
}

TEST(Thumbnails, TrackNamesTheTileOfEachMoment) {
  const ThumbnailStrip strip{.tile = {160, 90}, .columns = 2, .rows = 2, .interval = 2s, .count = 6};
  descant::conversion::testing::ExpectGolden("domain/golden/thumbnails.vtt",
                                             RenderThumbnailTrack(strip, 11'500ms));
}

}  // namespace
}  // namespace descant::conversion
