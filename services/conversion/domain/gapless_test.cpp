#include "services/conversion/domain/gapless.h"

#include <gtest/gtest.h>

namespace descant::conversion {
namespace {

MediaPlaylist Lasting(std::vector<double> seconds) {
  MediaPlaylist playlist;
  for (const double duration : seconds) playlist.segments.push_back({.duration = duration});
  return playlist;
}

TEST(Gapless, IsWhatTheSourceDoesNotAccountFor) {
  // 518 frames at 44.1 kHz, as FFmpeg writes them.
  const MediaPlaylist playlist = Lasting({6.013968, 5.990748, 0.023220});
  EXPECT_EQ(MeasureGapless(playlist, 44'100, 529'200),
            (Gapless{.sample_rate = 44'100, .delay = 1024, .padding = 208, .samples = 529'200}));
}

// FFmpeg states the last frame as long as what is in it.
TEST(Gapless, CountsTheLastFrameWhole) {
  const MediaPlaylist playlist = Lasting({3.023220});  // 130.2 frames
  EXPECT_EQ(MeasureGapless(playlist, 44'100, 132'300),
            (Gapless{.sample_rate = 44'100, .delay = 1024, .padding = 820, .samples = 132'300}));
}

// Seven thousand roundings of half a microsecond are far from a frame.
TEST(Gapless, IsExactForLongPlaylists) {
  MediaPlaylist playlist;
  for (int i = 0; i < 7000; ++i) playlist.segments.push_back({.duration = 5.990748});  // 258 frames
  const std::int64_t samples = std::int64_t{7000} * 258 * 1024 - 1024 - 500;
  const auto gapless = MeasureGapless(playlist, 44'100, samples);
  ASSERT_TRUE(gapless);
  EXPECT_EQ(gapless->padding, 500);
}

TEST(Gapless, IsNotClaimedForWhatDoesNotAddUp) {
  const MediaPlaylist playlist = Lasting({6.013968});
  EXPECT_FALSE(MeasureGapless(playlist, 44'100, 0));
  EXPECT_FALSE(MeasureGapless(playlist, 44'100, 250'000));  // more is missing than an encoder adds
  EXPECT_FALSE(MeasureGapless(playlist, 44'100, 265'000));  // fewer samples than the source had
  EXPECT_FALSE(MeasureGapless(playlist, 0, 265'000));
  EXPECT_FALSE(MeasureGapless(Lasting({}), 44'100, 1000));
}

}  // namespace
}  // namespace descant::conversion
