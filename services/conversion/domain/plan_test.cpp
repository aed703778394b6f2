#include "services/conversion/domain/plan.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "services/conversion/domain/failure.h"

namespace descant::conversion {
namespace {

using ::testing::ElementsAre;

Profile TestProfile() {
  return {.audio_bit_rates = {128'000, 256'000},
          .video_audio_bit_rates = {128'000},
          .video = {{.name = "avc",
                     .codec = VideoCodec::kAvc,
                     .lines = 1080,
                     .preset = "veryfast",
                     .crf = 23,
                     .max_bit_rate = 6'000'000},
                    {.name = "hevc",
                     .codec = VideoCodec::kHevc,
                     .lines = 1080,
                     .preset = "superfast",
                     .crf = 25,
                     .max_bit_rate = 4'500'000}}};
}

AudioStream Sound(int index = 0) {
  return {.index = index, .codec = "mp3", .channels = 2, .sample_rate = 44'100};
}

VideoStream Picture(Size size) {
  return {.index = 0, .codec = "h264", .coded = size, .average_rate = {30, 1}, .base_rate = {30, 1}};
}

Plan PlanOf(const VideoStream& video) {
  return MakePlan({.container = "mov", .streams = 1, .video = {video}}, MediaKind::kVideo, TestProfile());
}

FailureCode CodeOf(const SourceProbe& probe, MediaKind kind) {
  try {
    MakePlan(probe, kind, TestProfile());
  } catch (const Failure& failure) {
    return failure.code();
  }
  ADD_FAILURE() << "no failure";
  return FailureCode::kInternal;
}

TEST(AudioPlan, MakesEveryRateOfTheProfileInStereo) {
  AudioStream surround = Sound();
  surround.channels = 6;
  surround.sample_rate = 96'000;
  const Plan plan = MakePlan({.audio = {surround}}, MediaKind::kAudio, TestProfile());
  EXPECT_EQ(plan.audio_format, (AudioFormat{.stream = 0, .channels = 2, .sample_rate = 48'000}));
  EXPECT_THAT(plan.audio,
              ElementsAre(AudioRendition{"audio-128k", 128'000}, AudioRendition{"audio-256k", 256'000}));
  EXPECT_FALSE(plan.video_format);
}

TEST(AudioPlan, LeavesMonoMonoAtHalfTheRate) {
  AudioStream mono = Sound();
  mono.channels = 1;
  const Plan plan = MakePlan({.audio = {mono}}, MediaKind::kAudio, TestProfile());
  EXPECT_EQ(plan.audio_format->channels, 1);
  EXPECT_THAT(plan.audio,
              ElementsAre(AudioRendition{"audio-64k", 64'000}, AudioRendition{"audio-128k", 128'000}));
}

TEST(AudioPlan, KeepsTheFamilyOfTheSampleRate) {
  for (const auto& [source, made] : {std::pair{8'000, 48'000},
                                     {11'025, 44'100},
                                     {22'050, 44'100},
                                     {32'000, 48'000},
                                     {44'100, 44'100},
                                     {48'000, 48'000},
                                     {88'200, 44'100},
                                     {192'000, 48'000}}) {
    AudioStream audio = Sound();
    audio.sample_rate = source;
    EXPECT_EQ(MakePlan({.audio = {audio}}, MediaKind::kAudio, TestProfile()).audio_format->sample_rate, made);
  }
}

TEST(AudioPlan, PrefersTheDefaultStreamAndSkipsWhatDoesNotDecode) {
  AudioStream silent = Sound(0);
  silent.codec.clear();
  AudioStream marked = Sound(2);
  marked.is_default = true;
  EXPECT_EQ(MakePlan({.audio = {silent, Sound(1)}}, MediaKind::kAudio, TestProfile()).audio_format->stream,
            1);
  EXPECT_EQ(
      MakePlan({.audio = {silent, Sound(1), marked}}, MediaKind::kAudio, TestProfile()).audio_format->stream,
      2);
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

TEST(Plan, SaysWhatIsMissing) {
  VideoStream cover = Picture({600, 600});
  cover.is_still = true;
  EXPECT_EQ(CodeOf({.audio = {Sound()}, .video = {cover}}, MediaKind::kVideo), FailureCode::kNoVideo);
  EXPECT_EQ(CodeOf({.video = {Picture({640, 360})}}, MediaKind::kAudio), FailureCode::kNoAudio);
  AudioStream unreadable = Sound();
  unreadable.sample_rate = 0;
  EXPECT_EQ(CodeOf({.audio = {unreadable}}, MediaKind::kAudio), FailureCode::kDamaged);
}

}  // namespace
}  // namespace descant::conversion
