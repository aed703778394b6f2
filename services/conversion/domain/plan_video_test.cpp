#include "services/conversion/domain/plan_video.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "services/conversion/testing/sources.h"

namespace descant::conversion {
namespace {

using ::descant::conversion::testing::Picture;
using ::descant::conversion::testing::TestProfile;

Plan PlanOf(const VideoStream& video) {
  return MakePlans({.container = "mov", .streams = 1, .video = {video}}, MediaKind::kVideo, TestProfile())
      .Whole();
}

TEST(VideoPlan, NeverGoesAboveTheSource) {
  const Plan plan = PlanOf(Picture({640, 360}));
  ASSERT_EQ(plan.video.size(), 2U);
  EXPECT_EQ(plan.video[0].size, (Size{640, 360}));
  EXPECT_EQ(plan.video[1].size, (Size{640, 360}));
  EXPECT_LT(plan.video[0].max_bit_rate, 6'000'000);
  EXPECT_FALSE(plan.audio_format);
}

TEST(VideoPlan, FitsInto1080Lines) {
  EXPECT_EQ(PlanOf(Picture({3840, 2160})).video[0].size, (Size{1920, 1080}));
  EXPECT_EQ(PlanOf(Picture({2160, 3840})).video[0].size, (Size{1080, 1920}));
  EXPECT_EQ(PlanOf(Picture({1920, 1080})).video[0].size, (Size{1920, 1080}));
  EXPECT_EQ(PlanOf(Picture({2560, 1080})).video[0].size, (Size{1920, 810}));
  EXPECT_EQ(PlanOf(Picture({1440, 1080})).video[0].size, (Size{1440, 1080}));
}

TEST(VideoPlan, MakesSidesEven) {
  EXPECT_EQ(PlanOf(Picture({321, 181})).video[0].size, (Size{320, 180}));
  EXPECT_EQ(PlanOf(Picture({1, 1})).video[0].size, (Size{16, 16}));
}

TEST(VideoPlan, TurnsAndSquaresPixels) {
  VideoStream video = Picture({720, 576});
  video.pixel_shape = {16, 15};
  EXPECT_EQ(PlanOf(video).video[0].size, (Size{768, 576}));
  video.rotation = 270;
  EXPECT_EQ(PlanOf(video).video[0].size, (Size{576, 768}));
  video.pixel_shape = {1'000'000, 1};
  EXPECT_EQ(PlanOf(video).video[0].size, (Size{576, 720}));
}

TEST(VideoPlan, ChoosesASteadyFrameRateOfAtMostSixty) {
  const auto rate = [](Rational average) {
    VideoStream video = Picture({640, 360});
    video.average_rate = average;
    return PlanOf(video).video_format->frame_rate;
  };
  EXPECT_EQ(rate({30000, 1001}), (Rational{30000, 1001}));
  EXPECT_EQ(rate({359281, 11988}), (Rational{30000, 1001}));
  EXPECT_EQ(rate({120, 1}), (Rational{60, 1}));
  EXPECT_EQ(rate({240000, 1001}), (Rational{60000, 1001}));
  EXPECT_EQ(rate({1, 10}), (Rational{1, 1}));
  EXPECT_EQ(rate({18, 1}), (Rational{18, 1}));
  EXPECT_LE(rate({90000, 1}).value(), 60);
}

TEST(VideoPlan, MakesAvcFirst) {
  Profile profile = TestProfile();
  const SourceProbe probe{.video = {Picture({640, 360})}};
  const Plans plans = MakePlans(probe, MediaKind::kVideo, profile);
  ASSERT_EQ(plans.first.video.size(), 1U);
  EXPECT_EQ(plans.first.video[0].codec, VideoCodec::kAvc);
  ASSERT_EQ(plans.rest.video.size(), 1U);
  EXPECT_EQ(plans.rest.video[0].codec, VideoCodec::kHevc);
  EXPECT_EQ(plans.rest.video_format->frame_rate, plans.first.video_format->frame_rate);

  profile.video.renditions.erase(profile.video.renditions.begin());
  const Plans hevc = MakePlans(probe, MediaKind::kVideo, profile);
  EXPECT_EQ(hevc.first.video.size(), 1U);
  EXPECT_TRUE(hevc.rest.empty());
  EXPECT_FALSE(hevc.rest.video_format);
}

}  // namespace
}  // namespace descant::conversion
