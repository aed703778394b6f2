#include "services/conversion/adapters/scratch_directory.h"

#include <cstdlib>
#include <fstream>

#include <gtest/gtest.h>

#include "platform/base/error.h"
#include "services/conversion/domain/failure.h"
#include "services/conversion/testing/await.h"

namespace descant::conversion::adapters {
namespace {

namespace fs = std::filesystem;
using ::descant::conversion::testing::Await;

class ScratchDirectoryTest : public ::testing::Test {
 protected:
  ScratchDirectoryTest() {
    char folder[] = "/tmp/descant-scratch-XXXXXX";
    directory_ = fs::path(mkdtemp(folder)) / "scratch";
  }
  ~ScratchDirectoryTest() override { fs::remove_all(directory_.parent_path()); }

  runtime::BlockingPool pool_{"files", 1, 10};
  fs::path directory_;
};

TEST_F(ScratchDirectoryTest, MakesAndRemovesFolders) {
  ScratchDirectory scratch(directory_, 0, pool_);
  const fs::path one = Await(scratch.Make(1000));
  const fs::path other = Await(scratch.Make(1000));
  EXPECT_NE(one, other);
  fs::create_directories(one / "hls");
  std::ofstream(one / "hls" / "file") << "x";
  Await(scratch.Remove(one));
  EXPECT_FALSE(fs::exists(one));
  EXPECT_TRUE(fs::exists(other));
}

TEST_F(ScratchDirectoryTest, CleansUpAfterADeadProcessAndNothingElse) {
  fs::create_directories(directory_ / "job-7" / "hls");
  std::ofstream(directory_ / "job-7" / "source") << "x";
  std::ofstream(directory_ / "notes.txt") << "x";
  const ScratchDirectory scratch(directory_, 0, pool_);
  EXPECT_FALSE(fs::exists(directory_ / "job-7"));
  EXPECT_TRUE(fs::exists(directory_ / "notes.txt"));
}

TEST_F(ScratchDirectoryTest, BelongsToOneProcess) {
  {
    const ScratchDirectory scratch(directory_, 0, pool_);
    EXPECT_THROW(ScratchDirectory(directory_, 0, pool_), Error);
  }
  EXPECT_NO_THROW(ScratchDirectory(directory_, 0, pool_));
}

TEST_F(ScratchDirectoryTest, SaysWhenThereIsNoRoom) {
  ScratchDirectory scratch(directory_, 0, pool_);
  EXPECT_THROW(Await(scratch.Make(std::int64_t{1} << 60)), Failure);
  EXPECT_FALSE(fs::exists(directory_ / "job-1"));
}

}  // namespace
}  // namespace descant::conversion::adapters
