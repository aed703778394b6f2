#include "services/conversion/app/live_pass.h"

#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "services/conversion/testing/await.h"
#include "services/conversion/testing/memory_storage.h"
#include "services/conversion/testing/recorded_events.h"
#include "services/conversion/testing/temporary_folder.h"

namespace descant::conversion::app {
namespace {

namespace fs = std::filesystem;
using ::descant::conversion::testing::Await;
using ::descant::conversion::testing::MemoryStorage;
using ::descant::conversion::testing::RecordedEvents;
using ::descant::conversion::testing::TemporaryFolder;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

class LivePassTest : public ::testing::Test {
 protected:
  // So many segments of a rendition, which lie in the folder.
  EncodedRendition Rendition(const std::string& name, int segments) {
    const bool picture = name == "avc";
    EncodedRendition rendition{.name = name,
                               .init = {.codec = picture ? "avc1.64001f" : "mp4a.40.2",
                                        .size = picture ? Size{640, 360} : Size{},
                                        .channels = picture ? 0 : 2},
                               .playlist = {.init_file = "init.mp4", .target = 6}};
    fs::create_directories(folder.path() / name);
    std::ofstream(folder.path() / name / "init.mp4") << "init";
    for (int i = 0; i < segments; ++i) {
      const std::string file = std::to_string(i) + ".m4s";
      std::ofstream(folder.path() / name / file) << file;
      rendition.playlist.segments.push_back({file, i == 0 ? 2.0 : 6.0, 10'000});
    }
    return rendition;
  }
  void Grow(const std::string& name, int segments) { Await(pass.Grown(Rendition(name, segments))); }

  Plan plan{.kind = MediaKind::kVideo,
            .duration = std::chrono::seconds(60),
            .audio_format = AudioFormat{},
            .audio = {{.name = "audio-128k", .bit_rate = 128'000}},
            .video_format = VideoFormat{.frame_rate = {25, 1}},
            .video = {{.name = "avc", .max_bit_rate = 900'000}}};
  TemporaryFolder folder;
  MemoryStorage storage;
  RecordedEvents events;
  Publisher publisher{storage, "p"};
  LivePass pass{plan, folder.path(), publisher, events};
};

TEST_F(LivePassTest, IsPlayableOnceEveryRenditionHasASegment) {
  Grow("audio-128k", 2);
  EXPECT_THAT(storage.written,
              ElementsAre("p/audio-128k/init.mp4", "p/audio-128k/0.m4s", "p/audio-128k/1.m4s"));
  EXPECT_FALSE(pass.playable());
  storage.written.clear();
  Grow("avc", 1);
  EXPECT_THAT(storage.written, ElementsAre("p/avc/init.mp4", "p/avc/0.m4s", "p/audio-128k/live.m3u8",
                                           "p/avc/live.m3u8", "p/master.m3u8"));
  EXPECT_TRUE(pass.playable());
  EXPECT_THAT(events.names, ElementsAre("playable"));
  EXPECT_EQ(events.playable, "p/master.m3u8");
  EXPECT_EQ(events.playable_media.duration, plan.duration);
}

TEST_F(LivePassTest, StatesTheBitRateThatWasPlannedUntilItIsKnown) {
  Grow("audio-128k", 1);
  Grow("avc", 1);
  EXPECT_THAT(storage.objects.at("p/master.m3u8").bytes,
              AllOf(HasSubstr("BANDWIDTH=1028000,"), HasSubstr("\navc/live.m3u8\n"),
                    HasSubstr("URI=\"audio-128k/live.m3u8\"")));
}

// What a player has seen stays as it is; only lines are added.
TEST_F(LivePassTest, PlaylistsOnlyGrowAndKeepTheirTargetDuration) {
  Grow("audio-128k", 1);
  Grow("avc", 1);
  const std::string before = storage.objects.at("p/avc/live.m3u8").bytes;
  EXPECT_THAT(before,
              AllOf(HasSubstr("TYPE:EVENT"), HasSubstr("TARGETDURATION:6\n"), Not(HasSubstr("ENDLIST"))));
  std::vector<EncodedRendition> whole{Rendition("avc", 3), Rendition("audio-128k", 3)};
  for (EncodedRendition& rendition : whole) rendition.playlist.ended = true;
  storage.written.clear();
  const auto measured = Await(pass.Finish(whole));
  EXPECT_THAT(storage.written, ElementsAre("p/avc/1.m4s", "p/avc/2.m4s", "p/avc/live.m3u8",
                                           "p/avc/index.m3u8", "p/audio-128k/1.m4s", "p/audio-128k/2.m4s",
                                           "p/audio-128k/live.m3u8", "p/audio-128k/index.m3u8"));
  const std::string after = storage.objects.at("p/avc/live.m3u8").bytes;
  EXPECT_TRUE(after.starts_with(before)) << after;
  EXPECT_TRUE(after.ends_with("#EXT-X-ENDLIST\n")) << after;
  EXPECT_THAT(storage.objects.at("p/avc/index.m3u8").bytes, HasSubstr("TYPE:VOD"));
  ASSERT_EQ(measured.size(), 2U);
  EXPECT_EQ(measured[0].uri, "avc/index.m3u8");
  EXPECT_DOUBLE_EQ(measured[0].seconds, 14);
}

TEST_F(LivePassTest, TellsNothingWhenStorageFailsBefore) {
  storage.before = [](const std::string& operation, const std::string& key) {
    if (operation == "write" && key == "p/avc/live.m3u8") throw Error(ErrorKind::kUnavailable, "storage", "");
  };
  Grow("audio-128k", 1);
  EXPECT_THROW(Grow("avc", 1), Error);
  EXPECT_FALSE(pass.playable());
  EXPECT_THAT(events.names, IsEmpty());
  EXPECT_FALSE(storage.objects.contains("p/master.m3u8"));
}

}  // namespace
}  // namespace descant::conversion::app
