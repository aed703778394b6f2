#include "services/conversion/app/completion_record.h"

#include <gtest/gtest.h>

#include "platform/base/error.h"
#include "services/conversion/testing/golden.h"

namespace descant::conversion::app {
namespace {

Result Example() {
  return {.master_key = "media/c/j/1/master.m3u8",
          .media = {.kind = MediaKind::kVideo,
                    .duration = std::chrono::milliseconds(8500),
                    .renditions = {{.codec = "avc1.64001f,mp4a.40.2",
                                    .bandwidth = 1'328'000,
                                    .size = {1280, 720},
                                    .frame_rate = 29.97}}}};
}

TEST(CompletionRecord, IsReadAsItWasWritten) {
  Result result = Example();
  EXPECT_EQ(ParseCompletion(RenderCompletion(result)), result);
  result.media.kind = MediaKind::kAudio;
  result.media.loudness_lufs = -14.5;
  EXPECT_EQ(ParseCompletion(RenderCompletion(result)), result);
}

// Records outlive the program that wrote them.
TEST(CompletionRecord, KeepsItsForm) {
  testing::ExpectGolden("app/golden/complete.json", RenderCompletion(Example()) + "\n");
}

TEST(CompletionRecord, RefusesWhatIsNone) {
  for (const char* text :
       {"", "{}", "[]", R"({"version":2})", R"({"version":1,"master_key":7,"media":{}})"}) {
    EXPECT_THROW(ParseCompletion(text), Error) << text;
  }
}

}  // namespace
}  // namespace descant::conversion::app
