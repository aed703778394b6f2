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
  result.media.loudness = Loudness{.integrated_lufs = -14.5, .range_lu = 6.2, .true_peak_dbtp = 0.3};
  result.media.gapless = Gapless{.sample_rate = 44'100, .delay = 1024, .padding = 208, .samples = 529'200};
  result.media.waveform_key = "media/c/j/1/waveform.json";
  result.media.poster_key = "media/c/j/1/poster.jpg";
  result.media.thumbnails_key = "media/c/j/1/thumbnails/thumbnails.vtt";
  result.media.tags = {.title = "Nocturne",
                       .artist = "Ana",
                       .album = "Night",
                       .album_artist = "Various",
                       .genre = "Jazz",
                       .date = "1999-05",
                       .track = 3,
                       .tracks = 12,
                       .disc = 1,
                       .discs = 2};
  result.media.damaged = true;
  result.media.cover = {.large_key = "media/c/j/1/cover/large.jpg",
                        .small_key = "media/c/j/1/cover/small.jpg"};
  EXPECT_EQ(ParseCompletion(RenderCompletion(result)), result);
}

// Records outlive the program that wrote them.
TEST(CompletionRecord, KeepsItsForm) {
  testing::ExpectGolden("app/golden/complete.json", RenderCompletion(Example()) + "\n");
}

TEST(CompletionRecord, RefusesWhatIsNone) {
  for (
      const char* text :
      {"", "{}", "[]", R"({"version":2})", R"({"version":1,"master_key":7,"media":{}})",
       R"({"version":1,"master_key":"m","media":{"kind":"audio","duration_ms":1,"renditions":[],"loudness_lufs":-1e9}})"}) {
    EXPECT_THROW(ParseCompletion(text), Error) << text;
  }
}

}  // namespace
}  // namespace descant::conversion::app
