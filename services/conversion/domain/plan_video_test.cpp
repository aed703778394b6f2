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

TEST(VideoPlan, TakesTheRungsThatSuitThePicture) {
  const Plan plan = PlanOf(Picture({640, 360}));
  ASSERT_EQ(plan.video.size(), 2U);
  EXPECT_EQ(plan.video[0].name, "avc");
  EXPECT_EQ(plan.video[0].size, (Size{640, 360}));
  EXPECT_EQ(plan.video[1].size, (Size{640, 360}));
  EXPECT_EQ(plan.video[1].params, "aq-mode=2");
  EXPECT_LT(plan.video[0].max_bit_rate, 6'000'000);
  EXPECT_FALSE(plan.audio_format);
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

TEST(VideoPlan, MakesTheFrameRateConstant) {
  VideoStream video = Picture({640, 360});
  video.average_rate = {2983, 100};
  EXPECT_EQ(PlanOf(video).video_format->frame_rate, (Rational{30, 1}));
  EXPECT_EQ(PlanOf(video).video_format->deinterlace, Deinterlace::kNo);
}

TEST(VideoPlan, ShowsBothFieldsOfInterlacedPictures) {
  VideoStream video = Picture({720, 576});
  video.interlaced = true;
  video.average_rate = {25, 1};
  video.base_rate = {25, 1};
  EXPECT_EQ(PlanOf(video).video_format->deinterlace, Deinterlace::kFields);
  EXPECT_EQ(PlanOf(video).video_format->frame_rate, (Rational{50, 1}));
  video.average_rate = {50, 1};
  EXPECT_EQ(PlanOf(video).video_format->deinterlace, Deinterlace::kFrames);
  EXPECT_EQ(PlanOf(video).video_format->frame_rate, (Rational{50, 1}));
}

TEST(VideoPlan, KeepsHighDynamicRangeInHevcAlone) {
  VideoStream video = Picture({640, 360});
  video.color = {"bt2020", "smpte2084", "bt2020nc"};
  video.bit_depth = 10;
  video.content_light = ContentLight{1000, 400};
  const Plan plan = PlanOf(video);
  EXPECT_EQ(plan.video[0].color, BasicColor(video));
  EXPECT_EQ(plan.video[1].color, FullColor(video));
  EXPECT_EQ(plan.video_format->color, video.color);
  EXPECT_EQ(plan.video_format->content_light, video.content_light);
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
