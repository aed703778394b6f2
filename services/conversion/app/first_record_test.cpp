#include "services/conversion/app/first_record.h"

#include <gtest/gtest.h>

#include "platform/base/error.h"
#include "services/conversion/testing/golden.h"

namespace descant::conversion::app {
namespace {

FirstRecord Example() {
  return {.attempt = 3,
          .result = {.master_key = "media/c/j/3/master.m3u8",
                     .media = {.duration = std::chrono::milliseconds(8500),
                               .renditions = {{.codec = "mp4a.40.2", .bandwidth = 131'000}}}},
          .renditions = {{.name = "audio-128k",
                          .init = {.codec = "mp4a.40.2", .channels = 2},
                          .seconds = 8.5,
                          .peak = 131'000,
                          .average = 128'500,
                          .uri = "audio-128k/index.m3u8"}}};
}

TEST(FirstRecord, IsReadAsItWasWritten) {
  EXPECT_EQ(ParseFirstRecord(RenderFirstRecord(Example())), Example());
}

TEST(FirstRecord, KeepsIFrames) {
  FirstRecord record = Example();
  record.renditions[0].i_frames = MeasuredIFrames{90'000, 60'000, "avc-360/iframes.m3u8"};
  EXPECT_EQ(ParseFirstRecord(RenderFirstRecord(record)), record);
  EXPECT_EQ(record.SeenFrom(4).renditions[0].i_frames->uri, "../3/avc-360/iframes.m3u8");
}

TEST(FirstRecord, KeepsSubtitles) {
  FirstRecord record = Example();
  record.subtitles = {
      {.name = "English", .language = "en", .uri = "subtitles-1/index.m3u8"},
      {.name = "Signs", .forced = true, .hearing_impaired = true, .uri = "subtitles-3/index.m3u8"}};
  EXPECT_EQ(ParseFirstRecord(RenderFirstRecord(record)), record);
  EXPECT_EQ(record.SeenFrom(3), record);
  EXPECT_EQ(record.SeenFrom(4).subtitles[1].uri, "../3/subtitles-3/index.m3u8");
}

// Records outlive the program that wrote them.
TEST(FirstRecord, KeepsItsForm) {
  testing::ExpectGolden("app/golden/first.json", RenderFirstRecord(Example()) + "\n");
}

TEST(FirstRecord, IsSeenFromOtherAttemptsByAWayOverTheJobsFolder) {
  EXPECT_EQ(Example().SeenFrom(3).renditions[0].uri, "audio-128k/index.m3u8");
  EXPECT_EQ(Example().SeenFrom(4).renditions[0].uri, "../3/audio-128k/index.m3u8");
}

TEST(FirstRecord, FitsThePlanThatHasTheSameRenditions) {
  Plan plan{.audio = {{.name = "audio-128k", .bit_rate = 128'000}}};
  EXPECT_TRUE(Example().Fits(plan));
  plan.video = {{.name = "avc"}};
  EXPECT_FALSE(Example().Fits(plan));
  EXPECT_FALSE(Example().Fits({.audio = {{.name = "audio-96k"}}}));
}

TEST(FirstRecord, RefusesWhatIsNone) {
  for (const char* text :
       {"", "{}", R"({"version":2})", R"({"version":1,"attempt":1,"result":{},"renditions":[]})"}) {
    EXPECT_THROW(ParseFirstRecord(text), Error) << text;
  }
}

}  // namespace
}  // namespace descant::conversion::app
