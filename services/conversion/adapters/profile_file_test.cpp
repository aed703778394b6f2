#include "services/conversion/adapters/profile_file.h"

#include <string>

#include <gtest/gtest.h>

#include "platform/base/error.h"

namespace descant::conversion::adapters {
namespace {

TEST(ProfileFile, TheDefaultIsValid) {
  const Profile profile = ParseProfile(DefaultProfile());
  EXPECT_EQ(profile.audio.bit_rates, (std::vector{128'000, 64'000, 256'000}));
  EXPECT_EQ(profile.audio.mono_bit_rates, (std::vector{96'000, 48'000}));
  ASSERT_EQ(profile.video.renditions.size(), 8U);
  EXPECT_EQ(profile.video.renditions[0].codec, VideoCodec::kAvc);
  EXPECT_EQ(profile.video.renditions[2].codec, VideoCodec::kHevc);
  EXPECT_EQ(profile.video.renditions[2].lines, 2160);
  EXPECT_EQ(
      profile.video.renditions[2].params,
      "aq-mode=2:aq-strength=1.2:psy-rd=1:ref=4:limit-refs=3:rect=1:limit-modes=1:ipratio=1.8:qcomp=0.5");
  EXPECT_EQ(profile.segment, std::chrono::seconds(6));
}

// The default profile with its first `what` replaced.
std::string With(std::string_view what, std::string_view instead) {
  std::string changed(DefaultProfile());
  return changed.replace(changed.find(what), what.size(), instead);
}

TEST(ProfileFile, RungsHaveTheParametersOfTheirCodecOrTheirOwn) {
  const auto rungs =
      ParseProfile(With("\"lines\": 2160,", "\"lines\": 2160, \"params\": \"ref=1\",")).video.renditions;
  EXPECT_EQ(rungs[1].params, "");
  EXPECT_EQ(rungs[2].params, "ref=1");
  EXPECT_EQ(rungs[3].params, rungs[7].params);
  EXPECT_NE(rungs[3].params, "");
  EXPECT_EQ(ParseProfile(With("\"params\"", "\"parameters\"")).video.renditions[2].params, "");
}

TEST(ProfileFile, RefusesEachMistake) {
  EXPECT_NO_THROW(ParseProfile(With("\"crf\": 23", "\"crf\": 30")));
  for (const std::string& text :
       {std::string(), std::string("[]"), With("\"avc-720\"", "\"../x\""),
        With("\"codec\": \"avc\"", "\"codec\": \"vp9\""), With("\"avc-360\"", "\"avc-720\""),
        With("\"avc-360\"", "\"audio-128k\""), With("128000, 64000, 256000", "128000, 128000"),
        With("128000, 64000, 256000", ""), With("mono_bit_rates", "mono"), With("\"crf\": 23", "\"crf\": 99"),
        With("\"crf\": 23", "\"crf\": \"23\""), With("\"key_frame_seconds\": 2", "\"key_frame_seconds\": 4"),
        With("veryfast", "very fast:x"), With("aq-mode=2", "aq mode"),
        With("\"aq-mode=2:aq-strength=1.2:psy-rd=1:ref=4:limit-refs=3:rect=1:limit-modes=1:ipratio=1.8:qcomp="
             "0.5\"",
             "2")}) {
    EXPECT_THROW(ParseProfile(text), Error) << text;
  }
}

}  // namespace
}  // namespace descant::conversion::adapters
