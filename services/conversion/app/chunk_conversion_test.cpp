#include "services/conversion/app/chunk_conversion.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "platform/base/error.h"
#include "services/conversion/domain/failure.h"
#include "services/conversion/testing/await.h"
#include "services/conversion/testing/chunks.h"
#include "services/conversion/testing/fake_transcoder.h"
#include "services/conversion/testing/memory_storage.h"

namespace descant::conversion::app {
namespace {

using namespace std::chrono_literals;
using ::descant::conversion::testing::Await;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Key;
using ::testing::Not;
using ::testing::UnorderedElementsAre;

class ChunkConversionTest : public ::testing::Test {
 protected:
  ChunkConversionTest() {
    storage_.objects["uploads/x"] = {"bytes", {}};
    storage_.before = [this](const std::string& operation, const std::string& key) {
      if (operation == "download") ++downloads_;
      if (operation == refused_) throw Error(ErrorKind::kUnavailable, "storage_unavailable", key);
    };
  }
  static ChunkOrder Order(int chunk, const std::string& source = "uploads/x") {
    return {.job_id = "j",
            .source_key = source,
            .prefix = "media/c/j/1",
            .plan = testing::ChunkPlans(4)[static_cast<std::size_t>(chunk)]};
  }
  // On a loop that ends when nothing is left to do, and so when the shelf has forgotten what it kept.
  template <class... Orders>
  EncodedChunk MakeAll(Orders... orders) {
    return Await([this](auto... each) -> awaitable<EncodedChunk> {
      EncodedChunk last;
      ((last = co_await conversion_.Make(std::move(each), cancellation_)), ...);
      EXPECT_FALSE(scratch_.empty()) << "the source is kept for a while";
      co_return last;
    }(std::move(orders)...));
  }

  testing::MemoryStorage storage_;
  testing::FakeTranscoder transcoder_;
  testing::FakeScratch scratch_;
  SourceShelf shelf_{scratch_, 2, 0s};
  ChunkConversion conversion_{storage_, transcoder_, scratch_, shelf_, {.max_bytes = 1000}};
  Cancellation cancellation_;
  std::string refused_;  // operation of storage
  int downloads_ = 0;
};

TEST_F(ChunkConversionTest, UploadsSegmentsAndNothingElse) {
  const EncodedChunk made = MakeAll(Order(3));
  CheckChunk(Order(3).plan, made);
  EXPECT_FALSE(made[0].init_bytes.empty());
  storage_.objects.erase("uploads/x");
  EXPECT_THAT(storage_.objects,
              ElementsAre(Key("media/c/j/1/hevc-360/00006.m4s"), Key("media/c/j/1/hevc-720/00006.m4s")));
  EXPECT_EQ(storage_.objects.begin()->second.attributes.content_type, "video/mp4");
  EXPECT_TRUE(scratch_.empty());
}

TEST_F(ChunkConversionTest, FetchesASourceOnce) {
  MakeAll(Order(0), Order(1), Order(2));
  EXPECT_EQ(downloads_, 1);
  EXPECT_TRUE(scratch_.empty());
}

TEST_F(ChunkConversionTest, KeepsFewSources) {
  for (const char* key : {"uploads/y", "uploads/z"}) storage_.objects[key] = {"bytes", {}};
  MakeAll(Order(0), Order(0, "uploads/y"), Order(1), Order(0, "uploads/z"), Order(1, "uploads/y"), Order(2));
  EXPECT_EQ(downloads_, 5) << "x and z were kept, y was not, and then z had to go";
  EXPECT_TRUE(scratch_.empty());
}

TEST_F(ChunkConversionTest, LeavesNothingOfAChunkThatFails) {
  transcoder_.on_encode = [] { throw Failure(FailureCode::kDamaged); };
  EXPECT_THROW(MakeAll(Order(0)), Failure);
  transcoder_.on_encode = nullptr;
  transcoder_.during_encode = [this](Cancellation&) -> awaitable<void> {
    cancellation_.Request();
    co_return;
  };
  EXPECT_THROW(MakeAll(Order(0)), Error);
  transcoder_.during_encode = nullptr;
  cancellation_ = {};
  refused_ = "upload";
  EXPECT_THROW(MakeAll(Order(0)), Error);
  EXPECT_THAT(storage_.objects, ElementsAre(Key("uploads/x")));
  EXPECT_TRUE(scratch_.empty());
}

TEST_F(ChunkConversionTest, FailsWithoutItsSource) {
  EXPECT_THROW(MakeAll(Order(0, "uploads/gone")), Failure);
  refused_ = "download";
  EXPECT_THROW(MakeAll(Order(0)), Error);
  EXPECT_TRUE(scratch_.empty());
}

}  // namespace
}  // namespace descant::conversion::app
