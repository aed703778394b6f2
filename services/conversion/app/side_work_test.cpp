#include "services/conversion/app/side_work.h"

#include <boost/asio/this_coro.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "platform/base/error.h"
#include "platform/runtime/promise.h"
#include "services/conversion/testing/await.h"
#include "services/conversion/testing/fake_transcoder.h"
#include "services/conversion/testing/memory_storage.h"

namespace descant::conversion::app {
namespace {

using ::descant::conversion::testing::Await;
using ::descant::conversion::testing::FakeTranscoder;
using ::descant::conversion::testing::MemoryStorage;
using ::descant::conversion::testing::TemporaryFolder;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class SideWorkTest : public ::testing::Test {
 protected:
  awaitable<SideResults> Run() {
    SideWork side(co_await asio::this_coro::executor, transcoder_, publisher_, cancellation_);
    side.Begin(probe_, plan_, "source", folder_.path() / "side");
    SideResults results = co_await side.Finish();
    co_await side.Abandon();
    co_return results;
  }

  awaitable<void> Abandon() {
    SideWork side(co_await asio::this_coro::executor, transcoder_, publisher_, cancellation_);
    side.Begin(probe_, plan_, "source", folder_.path() / "side");
    co_await side.Abandon();
  }

  MemoryStorage storage_;
  Publisher publisher_{storage_, "media/c/j/1"};
  FakeTranscoder transcoder_;
  TemporaryFolder folder_;
  Cancellation cancellation_;
  SourceProbe probe_{.video = {{.index = 1, .codec = "png", .coded = {300, 300}, .is_still = true}},
                     .tags = {.title = "Nocturne"}};
  Plan plan_{.audio_format = AudioFormat{.sample_rate = 44'100}};
};

TEST_F(SideWorkTest, PublishesWaveformAndCover) {
  const SideResults results = Await(Run());
  EXPECT_EQ(results.waveform_key, "media/c/j/1/waveform.json");
  const auto& waveform = storage_.objects.at(results.waveform_key);
  EXPECT_EQ(waveform.bytes, R"({"version":1,"point_seconds":0.1,"peaks":[1,2,3]})");
  EXPECT_EQ(waveform.attributes.content_type, "application/json");
  EXPECT_EQ(storage_.objects.at(results.cover.small_key).bytes, "small.jpg");
  EXPECT_EQ(storage_.objects.at(results.cover.large_key).attributes.content_type, "image/jpeg");
}

TEST_F(SideWorkTest, PublishesAPosterAndThumbnailsOfAVideo) {
  plan_.video = {{.name = "avc-720", .size = {1280, 720}}};
  plan_.video_format = VideoFormat{};
  plan_.duration = std::chrono::seconds(7);
  const SideResults results = Await(Run());
  EXPECT_EQ(results.poster_key, "media/c/j/1/poster.jpg");
  EXPECT_EQ(storage_.objects.at(results.poster_key).attributes.content_type, "image/jpeg");
  EXPECT_EQ(results.thumbnails_key, "media/c/j/1/thumbnails/thumbnails.vtt");
  EXPECT_THAT(storage_.objects.at(results.thumbnails_key).bytes,
              HasSubstr("00:00:06.000 --> 00:00:07.000\n000.jpg#xywh=480,0,160,90\n"));
  EXPECT_EQ(storage_.objects.at("media/c/j/1/thumbnails/000.jpg").bytes, "sheet");
}

TEST_F(SideWorkTest, NamesNoThumbnailsThatAreNotThere) {
  plan_.video = {{.name = "avc-720", .size = {1280, 720}}};
  plan_.duration = std::chrono::seconds(7);
  transcoder_.sheets = 0;
  EXPECT_THAT(Await(Run()).thumbnails_key, IsEmpty());
  transcoder_.sheets = 1;
  plan_.duration = {};
  EXPECT_THAT(Await(Run()).thumbnails_key, IsEmpty());
}

TEST_F(SideWorkTest, LeavesOutWhatCannotBeMade) {
  transcoder_.during_measurement = [](Cancellation&) -> awaitable<void> {
    throw Error(ErrorKind::kUnavailable, "process_not_started", "");
    co_return;
  };
  storage_.before = [](const std::string& operation, const std::string& key) {
    if (operation == "upload" && key.ends_with("small.jpg"))
      throw Error(ErrorKind::kUnavailable, "storage_unavailable", "");
  };
  const SideResults results = Await(Run());
  EXPECT_FALSE(results.sound);
  EXPECT_THAT(results.waveform_key, IsEmpty());
  EXPECT_EQ(results.cover, Cover{});
}

TEST_F(SideWorkTest, MakesNothingOfASilentFilmWithoutCover) {
  probe_.video.clear();
  plan_.audio_format.reset();
  const SideResults results = Await(Run());
  EXPECT_FALSE(results.sound);
  EXPECT_THAT(storage_.written, IsEmpty());
}

TEST_F(SideWorkTest, EndsAtOnceWhenItIsAbandoned) {
  bool told = false;
  transcoder_.during_measurement = [&told](Cancellation& cancellation) -> awaitable<void> {
    const runtime::Promise<runtime::Nothing> asked;
    const Cancellation::Listener listener(cancellation, [asked] { asked.Set({}); });
    co_await asked.Wait();
    told = true;
    cancellation.Check();
  };
  Await(Abandon());
  EXPECT_TRUE(told);
  EXPECT_FALSE(cancellation_.requested());
}

TEST_F(SideWorkTest, TellsOfDamage) {
  const auto damaged = [](const SourceProbe& probe, bool of_damaged) {
    Media media{.kind = MediaKind::kAudio, .duration = std::chrono::seconds(5)};
    Describe(probe, {}, {{.of_damaged = of_damaged}}, media);
    return media.damaged;
  };
  EXPECT_FALSE(damaged({.duration = std::chrono::seconds(5)}, false));
  EXPECT_TRUE(damaged({.duration = std::chrono::seconds(5)}, true));
  EXPECT_TRUE(damaged({.duration = std::chrono::seconds(9)}, false)) << "ends early";
  EXPECT_TRUE(damaged({.contradicts_itself = true}, false));
}

TEST_F(SideWorkTest, DescribesWhatWasFound) {
  Media media{.kind = MediaKind::kAudio};
  const SideResults results{
      .sound =
          SoundMeasurement{.loudness = Loudness{-16.5, 4.2, -0.3}, .sample_rate = 44'100, .samples = 529'200},
      .waveform_key = "w",
      .cover = {.large_key = "l", .small_key = "s"}};
  const std::vector<EncodedRendition> encoded{
      {.playlist = {.segments = {{.duration = 6.013968}, {.duration = 5.990748}, {.duration = 0.02322}}}}};
  Describe(probe_, results, encoded, media);
  EXPECT_EQ(media.tags.title, "Nocturne");
  EXPECT_EQ(media.loudness, results.sound->loudness);
  EXPECT_EQ(media.gapless,
            (Gapless{.sample_rate = 44'100, .delay = 1024, .padding = 208, .samples = 529'200}));
  EXPECT_EQ(media.cover, results.cover);
  EXPECT_EQ(media.waveform_key, "w");
  Media film{.kind = MediaKind::kVideo};
  Describe(probe_, results, encoded, film);
  EXPECT_FALSE(film.gapless);
}

}  // namespace
}  // namespace descant::conversion::app
