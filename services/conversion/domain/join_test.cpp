#include "services/conversion/domain/join.h"

#include <limits>

#include <gtest/gtest.h>

#include "platform/base/error.h"
#include "services/conversion/domain/plan_chunks.h"
#include "services/conversion/testing/chunks.h"

namespace descant::conversion {
namespace {

using testing::MadeOf;

class Join : public ::testing::Test {
 protected:
  Join() : plans_(testing::ChunkPlans(4)) {
    for (const Plan& plan : plans_) made_.push_back(MadeOf(plan));
  }
  // 12 seconds a chunk, 25 frames a second; the last one is half as long.
  static constexpr std::int64_t kFrames = 42 * 25;

  std::vector<Plan> plans_;
  std::vector<EncodedChunk> made_;
};

TEST_F(Join, MakesOneRenditionOfThem) {
  for (std::size_t i = 0; i < plans_.size(); ++i) CheckChunk(plans_[i], made_[i]);
  const std::vector<EncodedRendition> joined = JoinChunks(plans_, made_, kFrames);
  ASSERT_EQ(joined.size(), 2U);
  EXPECT_EQ(joined[1].name, plans_[0].video[1].name);
  const MediaPlaylist& playlist = joined[1].playlist;
  ASSERT_EQ(playlist.segments.size(), 7U);
  EXPECT_EQ(playlist.segments[3].file, "00003.m4s");
  EXPECT_EQ(playlist.segments[6].file, "00006.m4s");
  EXPECT_EQ(playlist.init_file, "init.mp4");
  EXPECT_TRUE(playlist.ended);
  EXPECT_EQ(playlist.target, 6);
}

TEST_F(Join, TakesTurnsAsTheyAre) {
  plans_[1].chunk->turn = 4;
  made_[1] = MadeOf(plans_[1]);
  CheckChunk(plans_[1], made_[1]);
  EXPECT_EQ(JoinChunks(plans_, made_, kFrames)[0].playlist.segments[2].file, "00002-4.m4s");
}

TEST_F(Join, RefusesWhatIsNoPartOfOneVideo) {
  EXPECT_THROW(JoinChunks(plans_, made_, kFrames + 1), Error);
  made_[1][1].init_bytes = "another";
  EXPECT_THROW(JoinChunks(plans_, made_, kFrames), Error);
  made_[1] = MadeOf(plans_[1]);
  made_[0][0].playlist.segments.pop_back();
  EXPECT_THROW(JoinChunks(plans_, made_, kFrames), Error);
  made_.pop_back();
  EXPECT_THROW(JoinChunks(plans_, made_, kFrames), Error);
}

TEST_F(Join, RefusesAChunkThatWasNotAskedFor) {
  const auto refused = [this](const auto& change) {
    EncodedChunk made = MadeOf(plans_[1]);
    change(made);
    EXPECT_THROW(CheckChunk(plans_[1], made), Error);
  };
  refused([](EncodedChunk& made) { made.pop_back(); });
  refused([](EncodedChunk& made) { std::swap(made[0], made[1]); });
  refused([](EncodedChunk& made) { made[0].playlist.segments.clear(); });
  refused([](EncodedChunk& made) { made[0].playlist.segments[0].file = "../00002.m4s"; });
  refused([](EncodedChunk& made) { made[1].playlist.segments[1].duration -= 0.04; });  // a frame
  refused([](EncodedChunk& made) { made[1].playlist.segments[1].duration = -1; });
  refused([](EncodedChunk& made) { made[1].playlist.segments[1].first_picture = {}; });
  refused([](EncodedChunk& made) { made[1].playlist.segments[1].first_picture.length = 1 << 30; });
  EncodedChunk endless = MadeOf(plans_.back());
  endless[0].playlist.segments[0].duration = std::numeric_limits<double>::infinity();
  EXPECT_THROW(CheckChunk(plans_.back(), endless), Error);
}

}  // namespace
}  // namespace descant::conversion
