#include "services/conversion/domain/plan_chunks.h"

#include <gtest/gtest.h>

#include "services/conversion/testing/sources.h"

namespace descant::conversion {
namespace {

using namespace std::chrono_literals;

SourceProbe Film(std::chrono::seconds duration) {
  return {.container = "mov,mp4,m4a,3gp,3g2,mj2",
          .duration = duration,
          .streams = 2,
          .audio = {testing::Sound(1)},
          .video = {testing::Picture({1920, 1080})}};
}

std::vector<Plan> Cut(const SourceProbe& probe, MediaKind kind = MediaKind::kVideo) {
  return CutPlan(probe, MakePlans(probe, kind, testing::TestProfile()).rest);
}

TEST(PlanChunks, OfALongFilm) {
  const std::vector<Plan> plans = Cut(Film(120s));
  ASSERT_EQ(plans.size(), 10U);
  EXPECT_EQ(plans[0].chunk, (Chunk{0, 0s, 0, 0, 360}));
  EXPECT_EQ(plans[9].chunk, (Chunk{9, 108s, 18, 3240, 0}));
  ASSERT_EQ(plans[9].video.size(), 1U);
  EXPECT_EQ(plans[9].video[0].name, "hevc");
}

TEST(PlanChunks, GrowWithTheFilm) {
  EXPECT_EQ(Cut(Film(3600s))[1].chunk->begin, 60s);
  EXPECT_EQ(Cut(Film(10h))[1].chunk->begin, 120s);
}

TEST(PlanChunks, AreNotMadeOfWhatCannotBeCutExactly) {
  EXPECT_TRUE(Cut(Film(35s)).empty());
  EXPECT_TRUE(Cut(Film(0s)).empty());
  EXPECT_TRUE(Cut(Film(120s), MediaKind::kAudio).empty());
  SourceProbe probe = Film(120s);
  probe.video[0].interlaced = true;
  EXPECT_TRUE(Cut(probe).empty());
  probe = Film(120s);
  probe.container = "mpegts";
  EXPECT_TRUE(Cut(probe).empty());
  probe = Film(120s);
  probe.contradicts_itself = true;
  EXPECT_TRUE(Cut(probe).empty());
  probe = Film(120s);
  probe.video[0].average_rate = probe.video[0].base_rate = {10, 1};
  EXPECT_TRUE(Cut(probe).empty());
}

}  // namespace
}  // namespace descant::conversion
