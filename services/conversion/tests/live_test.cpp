// What can be played while it is still made, with the real FFmpeg.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "services/conversion/domain/media_playlist.h"
#include "services/conversion/tests/studio.h"

namespace descant::conversion::testing {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

// Every segment that the playlist names is there.
void ExpectTrue(const fs::path& playlist) {
  const MediaPlaylist media = ParseMediaPlaylist(ReadFile(playlist));
  EXPECT_TRUE(fs::exists(playlist.parent_path() / media.init_file));
  EXPECT_FALSE(media.segments.empty());
  for (const Segment& segment : media.segments)
    EXPECT_TRUE(fs::exists(playlist.parent_path() / segment.file)) << segment.file;
}

TEST(Live, IsPlayableLongBeforeItIsWhole) {
  Studio studio;
  const fs::path film =
      studio.Make("film.mkv",
                  "-f lavfi -i testsrc2=s=640x360:r=60:d=20 -f lavfi -i sine=d=20 -c:v mpeg4 "
                  "-qscale:v 9 -c:a flac");
  std::string master;
  std::string avc;
  studio.on_event = [&](const std::string& name) {
    if (name != "playable") return;
    const fs::path folder = studio.PathOf(studio.events.playable).parent_path();
    master = ReadFile(folder / "master.m3u8");
    avc = ReadFile(folder / "avc-360/live.m3u8");
    ExpectTrue(folder / "avc-360/live.m3u8");
    ExpectTrue(folder / "audio-64k/live.m3u8");
    EXPECT_NEAR(static_cast<double>(studio.events.playable_media.duration.count()), 20'000, 100);
  };
  const Result result = studio.Convert(film, MediaKind::kVideo);
  EXPECT_THAT(master,
              AllOf(HasSubstr("\navc-360/live.m3u8\n"), HasSubstr("avc1.64"), Not(HasSubstr("hevc"))));
  EXPECT_THAT(avc, AllOf(HasSubstr("TYPE:EVENT"), Not(HasSubstr("ENDLIST"))));

  // Who followed it to its end has seen it grow, and nothing else.
  const fs::path folder = studio.PathOf(result.master_key).parent_path();
  const std::string end = ReadFile(folder / "avc-360/live.m3u8");
  EXPECT_TRUE(end.starts_with(avc)) << end;
  EXPECT_TRUE(ParseMediaPlaylist(end).ended);
  EXPECT_EQ(DecodeComplaints(folder / "avc-360/live.m3u8"), "");
  EXPECT_EQ(DecodeComplaints(folder / "master.m3u8"), "");
  EXPECT_THAT(ReadFile(folder / "master.m3u8"), HasSubstr("hevc-360/index.m3u8"));
}

// An encoder that refuses stands for all that may go wrong after the first pass.
TEST(Live, WhatIsWholePlaysThoughTheRestFails) {
  Profile profile = adapters::ParseProfile(adapters::DefaultProfile());
  for (VideoRung& rung : profile.video.renditions) {
    if (rung.codec == VideoCodec::kHevc) rung.preset = "none-such";
  }
  Studio studio({}, {}, profile);
  app::Job job = studio.NewJob(
      studio.Make("clip.mkv", "-f lavfi -i testsrc2=s=160x90:r=25:d=3 -c:v libx264 -preset ultrafast"),
      MediaKind::kVideo);
  EXPECT_THROW(studio.Run(job), Failure);
  EXPECT_THAT(studio.events.names, ::testing::Contains("whole"));
  EXPECT_TRUE(fs::exists(studio.PathOf(job.source_key)));
  const fs::path master = studio.PathOf(studio.events.playable);
  EXPECT_EQ(DecodeComplaints(master), "");
  const auto made = fs::last_write_time(master);

  job.attempt = 2;
  EXPECT_THROW(studio.Run(job), Failure);
  EXPECT_EQ(studio.PathOf(studio.events.playable), master) << "it was made again";
  EXPECT_EQ(fs::last_write_time(master), made);
  EXPECT_FALSE(fs::exists(studio.PathOf(job.AttemptPrefix())));
}

}  // namespace
}  // namespace descant::conversion::testing
