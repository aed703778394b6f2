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

TEST(ProfileFile, RefusesEachMistake) {
  const std::string valid(DefaultProfile());
  const auto with = [&valid](const std::string& what, const std::string& instead) {
    std::string changed = valid;
    changed.replace(changed.find(what), what.size(), instead);
    return changed;
  };
  EXPECT_NO_THROW(ParseProfile(with("\"crf\": 23", "\"crf\": 30")));
  for (const std::string& text :
       {std::string(), std::string("[]"), with("\"avc-720\"", "\"../x\""),
        with("\"codec\": \"avc\"", "\"codec\": \"vp9\""), with("\"avc-360\"", "\"avc-720\""),
        with("\"avc-360\"", "\"audio-128k\""), with("128000, 64000, 256000", "128000, 128000"),
        with("128000, 64000, 256000", ""), with("mono_bit_rates", "mono"), with("\"crf\": 23", "\"crf\": 99"),
        with("\"crf\": 23", "\"crf\": \"23\""), with("\"key_frame_seconds\": 2", "\"key_frame_seconds\": 4"),
        with("veryfast", "very fast:x"), with("aq-mode=2", "aq mode"),
        with("\"aq-mode=2:aq-strength=1.2:psy-rd=1:ref=4:limit-refs=3:rect=1:limit-modes=1:ipratio=1.8:qcomp="
             "0.5\"",
             "2")}) {
    EXPECT_THROW(ParseProfile(text), Error) << text;
  }
}

}  // namespace
}  // namespace descant::conversion::adapters
