#include "services/conversion/domain/waveform.h"

#include <algorithm>
#include <limits>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace descant::conversion {
namespace {

using std::chrono::duration;
using ::testing::Each;
using ::testing::ElementsAre;

TEST(Waveform, KeepsEachStretchOfAShortSound) {
  WaveformBuilder builder(duration<double>(0.1));
  for (const double peak : {0.0, 0.5, 1.0}) builder.Add(peak);
  const Waveform outline = builder.Outline();
  EXPECT_THAT(outline.peaks, ElementsAre(0, 128, 255));
  EXPECT_DOUBLE_EQ(outline.point.count(), 0.1);
}

TEST(Waveform, TakesWhatIsNoLevelForOne) {
  WaveformBuilder builder(duration<double>(0.1));
  for (const double peak :
       {7.5, -1.0, std::numeric_limits<double>::quiet_NaN(), std::numeric_limits<double>::infinity(),
        -std::numeric_limits<double>::infinity()}) {
    builder.Add(peak);
  }
  EXPECT_THAT(builder.Outline().peaks, ElementsAre(255, 0, 0, 0, 0));
}

// However long it is: the points stay within their number, in their place, and none of the peaks is lost.
TEST(Waveform, GrowsNoFurtherThanItsMostPoints) {
  for (const std::size_t stretches : {1999U, 2000U, 2001U, 3999U, 4000U, 4001U, 100'003U}) {
    WaveformBuilder builder(duration<double>(0.1));
    const std::size_t loud = stretches * 3 / 4;
    for (std::size_t i = 0; i < stretches; ++i) builder.Add(i == loud ? 1.0 : 0.25);
    const Waveform outline = builder.Outline();
    EXPECT_LE(outline.peaks.size(), kMostWaveformPoints);
    EXPECT_GT(outline.peaks.size(), kMostWaveformPoints / 2 - 1);
    EXPECT_GE(outline.point.count() * static_cast<double>(outline.peaks.size()), stretches * 0.1 - 1e-6);
    EXPECT_LT(outline.point.count() * static_cast<double>(outline.peaks.size() - 1), stretches * 0.1);
    const auto at = static_cast<std::size_t>(static_cast<double>(loud) * 0.1 / outline.point.count() + 1e-9);
    EXPECT_EQ(outline.peaks.at(at), 255) << stretches;
    EXPECT_EQ(std::ranges::count(outline.peaks, 255), 1);
  }
}

TEST(Waveform, IsSmallJson) {
  EXPECT_EQ(RenderWaveform({.point = duration<double>(0.2), .peaks = {0, 17, 255}}),
            R"({"version":1,"point_seconds":0.2,"peaks":[0,17,255]})");
  EXPECT_EQ(RenderWaveform({}), R"({"version":1,"point_seconds":0,"peaks":[]})");
}

}  // namespace
}  // namespace descant::conversion
