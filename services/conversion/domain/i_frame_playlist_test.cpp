#include "services/conversion/domain/i_frame_playlist.h"

#include <gtest/gtest.h>

#include "services/conversion/testing/golden.h"

namespace descant::conversion {
namespace {

const IFramePlaylist kPlaylist{.init_file = "init_0.mp4",
                               .frames = {{.file = "00000.m4s", .range = {76, 15'000}, .duration = 6},
                                          {.file = "00001.m4s", .range = {76, 9'000}, .duration = 2}}};

TEST(IFramePlaylist, NamesEachPictureByItsBytes) {
  descant::conversion::testing::ExpectGolden("domain/golden/iframes.m3u8", RenderIFramePlaylist(kPlaylist));
}

TEST(IFramePlaylist, HasTheFirstPictureOfEachSegment) {
  MediaPlaylist playlist{
      .init_file = "init_0.mp4",
      .segments = {{"00000.m4s", 6, 100'000, {76, 15'000}}, {"00001.m4s", 2, 40'000, {76, 9'000}}}};
  EXPECT_EQ(RenderIFramePlaylist(IFramesOf(playlist)), RenderIFramePlaylist(kPlaylist));
  playlist.segments[0].first_picture = {};
  EXPECT_TRUE(IFramesOf(playlist).frames.empty());
}

TEST(IFramePlaylist, RatesAreThoseOfNormalSpeed) {
  EXPECT_EQ(PeakBitRate(kPlaylist), 36'000U);
  EXPECT_EQ(AverageBitRate(kPlaylist), 24'000U);
  EXPECT_EQ(AverageBitRate(IFramePlaylist{}), 0U);
}

}  // namespace
}  // namespace descant::conversion
