#include "services/conversion/domain/plan_audio.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "services/conversion/testing/sources.h"

namespace descant::conversion {
namespace {

using ::descant::conversion::testing::Picture;
using ::descant::conversion::testing::Sound;
using ::descant::conversion::testing::TestProfile;
using ::testing::ElementsAre;

TEST(AudioPlan, MakesEveryRateOfTheProfileInStereo) {
  AudioStream surround = Sound();
  surround.channels = 6;
  surround.sample_rate = 96'000;
  const Plans plans = MakePlans({.audio = {surround}}, MediaKind::kAudio, TestProfile());
  EXPECT_EQ(plans.first.audio_format,
            (AudioFormat{.stream = 0, .channels = 2, .downmix = true, .sample_rate = 48'000}));
  EXPECT_THAT(plans.first.audio, ElementsAre(AudioRendition{"audio-128k", 128'000}));
  EXPECT_EQ(plans.rest.audio_format, plans.first.audio_format);
  EXPECT_THAT(plans.rest.audio,
              ElementsAre(AudioRendition{"audio-64k", 64'000}, AudioRendition{"audio-256k", 256'000}));
  EXPECT_FALSE(plans.first.video_format);
}

TEST(AudioPlan, LeavesMonoMonoAtRatesOfItsOwn) {
  AudioStream mono = Sound();
  mono.channels = 1;
  const Plan plan = MakePlans({.audio = {mono}}, MediaKind::kAudio, TestProfile()).Whole();
  EXPECT_EQ(plan.audio_format->channels, 1);
  EXPECT_THAT(plan.audio,
              ElementsAre(AudioRendition{"audio-96k", 96'000}, AudioRendition{"audio-48k", 48'000}));
}

std::vector<int> RatesOf(const std::string& codec, int bit_rate) {
  AudioStream audio = Sound();
  audio.codec = codec;
  audio.bit_rate = bit_rate;
  std::vector<int> rates;
  for (const AudioRendition& made :
       MakePlans({.audio = {audio}}, MediaKind::kAudio, TestProfile()).Whole().audio)
    rates.push_back(made.bit_rate);
  return rates;
}

TEST(AudioPlan, SpendsNoMoreBitsThanALossySourceHas) {
  EXPECT_THAT(RatesOf("mp3", 320'000), ElementsAre(128'000, 64'000, 256'000));
  EXPECT_THAT(RatesOf("mp3", 192'000), ElementsAre(128'000, 64'000, 192'000));
  EXPECT_THAT(RatesOf("mp3", 128'000), ElementsAre(128'000, 64'000));
  EXPECT_THAT(RatesOf("mp3", 131'000), ElementsAre(128'000, 64'000));
  EXPECT_THAT(RatesOf("mp3", 96'000), ElementsAre(96'000, 64'000));
  EXPECT_THAT(RatesOf("opus", 24'000), ElementsAre(32'000));
  EXPECT_THAT(RatesOf("aac", 0), ElementsAre(128'000, 64'000, 256'000));
  EXPECT_THAT(RatesOf("flac", 90'000), ElementsAre(128'000, 64'000, 256'000));
  EXPECT_THAT(RatesOf("pcm_u8", 64'000), ElementsAre(128'000, 64'000, 256'000));
}

TEST(AudioPlan, KeepsTheFamilyOfTheSampleRate) {
  for (const auto& [source, made] : {std::pair{8'000, 48'000},
                                     {11'025, 44'100},
                                     {22'050, 44'100},
                                     {32'000, 32'000},
                                     {44'100, 44'100},
                                     {48'000, 48'000},
                                     {88'200, 44'100},
                                     {192'000, 48'000}}) {
    AudioStream audio = Sound();
    audio.sample_rate = source;
    EXPECT_EQ(MakePlans({.audio = {audio}}, MediaKind::kAudio, TestProfile()).first.audio_format->sample_rate,
              made);
  }
}

TEST(AudioPlan, PrefersTheDefaultStreamAndSkipsWhatDoesNotDecode) {
  AudioStream silent = Sound(0);
  silent.codec.clear();
  AudioStream marked = Sound(2);
  marked.is_default = true;
  EXPECT_EQ(
      MakePlans({.audio = {silent, Sound(1)}}, MediaKind::kAudio, TestProfile()).first.audio_format->stream,
      1);
  EXPECT_EQ(MakePlans({.audio = {silent, Sound(1), marked}}, MediaKind::kAudio, TestProfile())
                .first.audio_format->stream,
            2);
}

TEST(AudioPlan, BesideAPictureIsMadeFirst) {
  Profile profile = TestProfile();
  profile.video.audio_bit_rates = {128'000, 64'000};
  const Plans plans =
      MakePlans({.audio = {Sound(1)}, .video = {Picture({640, 360})}}, MediaKind::kVideo, profile);
  EXPECT_EQ(plans.first.audio.size(), 2U);
  EXPECT_TRUE(plans.rest.audio.empty());
  EXPECT_FALSE(plans.rest.audio_format);
}

TEST(AudioPlan, OfOneRateLeavesNoRest) {
  Profile profile = TestProfile();
  profile.audio.bit_rates = {128'000};
  EXPECT_TRUE(MakePlans({.audio = {Sound()}}, MediaKind::kAudio, profile).rest.empty());
}

TEST(AudioPlan, KeepsEveryTrackBesideAPicture) {
  AudioStream german = Sound(2);
  german.language = "ger";
  german.title = "Kommentar";
  german.channels = 1;
  AudioStream broken = Sound(3);
  broken.codec.clear();
  const SourceProbe probe{.audio = {Sound(1), german, broken}, .video = {Picture({640, 360})}};
  const Plan plan = MakePlans(probe, MediaKind::kVideo, TestProfile()).first;
  ASSERT_EQ(plan.audio.size(), 2U);
  EXPECT_FALSE(plan.audio[0].further);
  EXPECT_EQ(plan.audio[1].name, "audio-2-64k");
  ASSERT_TRUE(plan.audio[1].further);
  EXPECT_EQ(*plan.audio[1].further,
            (AudioFormat{
                .stream = 2, .channels = 1, .sample_rate = 44'100, .language = "de", .title = "Kommentar"}));
  EXPECT_EQ(MakePlans(probe, MediaKind::kAudio, TestProfile()).Whole().audio.size(),
            3U);  // rates of one track
}

}  // namespace
}  // namespace descant::conversion
