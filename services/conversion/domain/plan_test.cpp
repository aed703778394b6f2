#include "services/conversion/domain/plan.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "services/conversion/domain/failure.h"
#include "services/conversion/testing/sources.h"

namespace descant::conversion {
namespace {

using ::descant::conversion::testing::Picture;
using ::descant::conversion::testing::Sound;
using ::descant::conversion::testing::TestProfile;

FailureCode CodeOf(const SourceProbe& probe, MediaKind kind) {
  try {
    MakePlans(probe, kind, TestProfile());
  } catch (const Failure& failure) {
    return failure.code();
  }
  ADD_FAILURE() << "no failure";
  return FailureCode::kInternal;
}

TEST(Plan, SaysWhatIsMissing) {
  VideoStream cover = Picture({600, 600});
  cover.is_still = true;
  EXPECT_EQ(CodeOf({.audio = {Sound()}, .video = {cover}}, MediaKind::kVideo), FailureCode::kNoVideo);
  EXPECT_EQ(CodeOf({.video = {Picture({640, 360})}}, MediaKind::kAudio), FailureCode::kNoAudio);
  EXPECT_EQ(CodeOf({.video = {Picture({0, 0})}}, MediaKind::kVideo), FailureCode::kDamaged);
  EXPECT_EQ(CodeOf({.video = {Picture({0, 0})}, .picture_refused = true}, MediaKind::kVideo),
            FailureCode::kLimitExceeded);
  AudioStream unreadable = Sound();
  unreadable.sample_rate = 0;
  EXPECT_EQ(CodeOf({.audio = {unreadable}}, MediaKind::kAudio), FailureCode::kDamaged);
}

}  // namespace
}  // namespace descant::conversion
