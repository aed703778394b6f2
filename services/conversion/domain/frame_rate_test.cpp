#include "services/conversion/domain/frame_rate.h"

#include <gtest/gtest.h>

namespace descant::conversion {

void PrintTo(const Rational& rational, std::ostream* out) { *out << rational.num << "/" << rational.den; }

namespace {

constexpr Rational kNone{0, 0};

TEST(FrameRate, KeepsAConstantRate) {
  for (const Rational rate :
       {Rational{24000, 1001}, Rational{24, 1}, Rational{25, 1}, Rational{30000, 1001}, Rational{30, 1},
        Rational{50, 1}, Rational{60, 1}, Rational{18, 1}, Rational{40, 1}}) {
    EXPECT_EQ(ConstantFrameRate(rate, rate, 60), rate);
    EXPECT_EQ(ConstantFrameRate(rate, kNone, 60), rate);
    EXPECT_EQ(ConstantFrameRate(kNone, rate, 60), rate);
  }
}

TEST(FrameRate, TakesTheRateThatRoundedTimestampsMean) {
  EXPECT_EQ(ConstantFrameRate({359281, 11988}, {30000, 1001}, 60), (Rational{30000, 1001}));
  EXPECT_EQ(ConstantFrameRate({23976, 1000}, {24000, 1001}, 60), (Rational{24000, 1001}));
}

TEST(FrameRate, HalvesWhatIsTooFast) {
  EXPECT_EQ(ConstantFrameRate({120, 1}, {120, 1}, 60), (Rational{60, 1}));
  EXPECT_EQ(ConstantFrameRate({240000, 1001}, {240000, 1001}, 60), (Rational{60000, 1001}));
  EXPECT_EQ(ConstantFrameRate({50, 1}, {50, 1}, 30), (Rational{25, 1}));
  EXPECT_LE(ConstantFrameRate({90000, 1}, {90000, 1}, 60).value(), 60);
}

TEST(FrameRate, OfAPhoneThatDropsFramesIsItsCameras) {
  EXPECT_EQ(ConstantFrameRate({2983, 100}, {30, 1}, 60), (Rational{30, 1}));
  EXPECT_EQ(ConstantFrameRate({4120, 100}, {60, 1}, 60), (Rational{60, 1}));
  EXPECT_EQ(ConstantFrameRate({2950, 100}, {90000, 1}, 60), (Rational{30000, 1001}));
}

TEST(FrameRate, OfAScreenRecordingIsTheNextUsualOne) {
  EXPECT_EQ(ConstantFrameRate({73, 10}, {1000, 1}, 60), (Rational{12, 1}));
  EXPECT_EQ(ConstantFrameRate({20, 1}, {1000, 1}, 60), (Rational{24000, 1001}));
  EXPECT_LE(ConstantFrameRate({28, 1}, {1000, 1}, 24).value(), 24);
}

TEST(FrameRate, IsNeverLessThanOne) {
  EXPECT_EQ(ConstantFrameRate({1, 10}, {1, 10}, 60), (Rational{1, 1}));
  EXPECT_EQ(ConstantFrameRate(kNone, kNone, 60), (Rational{30, 1}));
}

}  // namespace
}  // namespace descant::conversion
