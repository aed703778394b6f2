// What happens to a job when it is cancelled, tried again, or tried twice at once.
#include <chrono>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "platform/base/error.h"
#include "services/conversion/tests/studio.h"

namespace descant::conversion::testing {
namespace {

using namespace std::chrono_literals;

TEST(Job, CancelledEndsFfmpegAtOnceAndLeavesNothing) {
  Studio studio;
  const fs::path film =
      studio.Make("film.mkv", "-f lavfi -i testsrc2=s=640x360:r=60:d=20 -c:v mpeg4 -qscale:v 9");
  const app::Job job = studio.NewJob(film, MediaKind::kVideo);
  studio.on_progress = [&] {
    EXPECT_EQ(studio.running_transcoders(), 1);
    studio.cancellation.Request();
  };
  try {
    studio.Run(job);
    FAIL() << "was converted";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::kCancelled);
  }
  EXPECT_EQ(studio.running_transcoders(), 0);
  EXPECT_TRUE(studio.scratch_empty());
  EXPECT_TRUE(fs::exists(studio.PathOf(job.source_key)));
  // What somebody may be playing already is the sweeper's to remove.
  EXPECT_EQ(fs::exists(studio.PathOf(job.target_prefix)), !studio.events.playable.empty());
}

TEST(Job, CompletedAnswersTheSameAgainWithoutItsSource) {
  Studio studio;
  app::Job job = studio.NewJob(studio.Make("song.flac", "-f lavfi -i sine=d=2"), MediaKind::kAudio);
  const Result first = studio.Run(job);
  ASSERT_FALSE(fs::exists(studio.PathOf(job.source_key)));
  job.attempt = 2;
  EXPECT_EQ(studio.Run(job), first);
  EXPECT_FALSE(fs::exists(studio.PathOf(job.AttemptPrefix())));
}

TEST(Job, AttemptsNeverShareAPath) {
  Studio studio;
  const fs::path song = studio.Make("song.flac", "-f lavfi -i sine=d=2");
  app::Job job = studio.NewJob(song, MediaKind::kAudio);
  const Result first = studio.Run(job);
  // As if the first one had been killed before it wrote its record.
  fs::remove(studio.PathOf(job.target_prefix) / "complete.json");
  studio.PutSource(song, job);
  job.attempt = 2;
  const Result second = studio.Run(job);
  EXPECT_NE(first.master_key, second.master_key);
  EXPECT_TRUE(fs::exists(studio.PathOf(first.master_key)));
  EXPECT_TRUE(fs::exists(studio.PathOf(second.master_key)));
}

}  // namespace
}  // namespace descant::conversion::testing
