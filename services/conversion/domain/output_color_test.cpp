#include "services/conversion/domain/output_color.h"

#include <gtest/gtest.h>

namespace descant::conversion {

void PrintTo(const Color& color, std::ostream* out) {
  *out << color.primaries << "/" << color.transfer << "/" << color.matrix;
}

namespace {

const Color kBt709{"bt709", "bt709", "bt709"};
const Color kHdr10{"bt2020", "smpte2084", "bt2020nc"};
const Color kHlg{"bt2020", "arib-std-b67", "bt2020nc"};

VideoStream Picture(Size coded, const Color& color = {}, int bit_depth = 8) {
  return {.codec = "hevc", .coded = coded, .color = color, .bit_depth = bit_depth};
}

TEST(Color, ThatIsStatedIsKept) {
  for (const Color& color : {kBt709, Color{"bt470bg", "bt470m", "bt470bg"},
                             Color{"smpte432", "bt709", "bt709"}, Color{"bt2020", "bt2020-10", "bt2020nc"}}) {
    EXPECT_EQ(BasicColor(Picture({640, 360}, color)), (OutputColor{.tags = color}));
  }
}

TEST(Color, ThatIsNotStatedIsWhatPlayersGuessForTheSize) {
  EXPECT_EQ(CompleteColor(Picture({1920, 1080})), kBt709);
  EXPECT_EQ(CompleteColor(Picture({608, 1080})), kBt709);
  EXPECT_EQ(CompleteColor(Picture({720, 576})), (Color{"bt470bg", "bt709", "bt470bg"}));
  EXPECT_EQ(CompleteColor(Picture({720, 480})), (Color{"smpte170m", "smpte170m", "smpte170m"}));
}

TEST(Color, ThatIsHalfStatedIsFilledIn) {
  EXPECT_EQ(CompleteColor(Picture({640, 360}, {.matrix = "bt709"})), kBt709);
  EXPECT_EQ(CompleteColor(Picture({3840, 2160}, {.transfer = "smpte2084"})), kHdr10);
  EXPECT_EQ(CompleteColor(Picture({1920, 1080}, {.primaries = "bt2020"})),
            (Color{"bt2020", "bt2020-10", "bt2020nc"}));
  EXPECT_EQ(CompleteColor(Picture({1920, 1080}, {"film", "log100", "ycgco"})), kBt709);
}

TEST(Color, OfRgbIsMadeBt709) {
  VideoStream video = Picture({320, 180}, {.matrix = "gbr"});
  video.rgb = true;
  EXPECT_EQ(CompleteColor(video), kBt709);
}

TEST(Color, OfHighDynamicRangeIsKeptInTenBitsAndMappedForEveryDevice) {
  for (const Color& color : {kHdr10, kHlg}) {
    const VideoStream video = Picture({3840, 2160}, color, 10);
    EXPECT_EQ(FullColor(video), (OutputColor{.tags = color, .bit_depth = 10}));
    EXPECT_EQ(BasicColor(video), (OutputColor{.tags = kBt709, .tone_map = true}));
  }
  EXPECT_EQ(RangeOf(kHdr10), VideoRange::kPq);
  EXPECT_EQ(RangeOf(kHlg), VideoRange::kHlg);
}

TEST(Color, OfTenAndTwelveBitsIsKeptInTen) {
  EXPECT_EQ(FullColor(Picture({1920, 1080}, kBt709, 12)), (OutputColor{.tags = kBt709, .bit_depth = 10}));
  EXPECT_EQ(BasicColor(Picture({1920, 1080}, kBt709, 12)), (OutputColor{.tags = kBt709}));
}

}  // namespace
}  // namespace descant::conversion
