#include "services/conversion/adapters/ffmpeg/arrival_watch.h"

#include <fstream>

#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "platform/base/error.h"
#include "services/conversion/testing/await.h"
#include "services/conversion/testing/temporary_folder.h"

namespace descant::conversion::ffmpeg {
namespace {

namespace fs = std::filesystem;
using conversion::testing::Await;
using conversion::testing::TemporaryFolder;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

class ArrivalWatchTest : public ::testing::Test {
 public:
  ArrivalWatchTest() {
    for (const fs::path& folder : folders) fs::create_directories(folder);
  }
  static void PutInPlace(const fs::path& file) {
    std::ofstream(file.string() + ".tmp") << "text";
    fs::rename(file.string() + ".tmp", file);
  }

  TemporaryFolder root;
  std::vector<fs::path> folders{root.path() / "a", root.path() / "b"};
};

TEST_F(ArrivalWatchTest, TellsOfWhatCameBeforeItWasAskedOnce) {
  Await([](ArrivalWatchTest& test) -> awaitable<void> {
    ArrivalWatch watch(co_await asio::this_coro::executor, test.folders, "index.m3u8");
    for (int i = 0; i < 3; ++i) PutInPlace(test.folders[1] / "index.m3u8");
    const auto arrivals = co_await watch.Next();
    EXPECT_THAT(arrivals, ElementsAre(1));
    PutInPlace(test.folders[0] / "index.m3u8");
    PutInPlace(test.folders[1] / "index.m3u8");
    const auto both = co_await watch.Next();
    EXPECT_THAT(both, ElementsAre(0, 1));
  }(*this));
}

TEST_F(ArrivalWatchTest, WaitsForWhatComesAndPassesOverOtherFiles) {
  Await([](ArrivalWatchTest& test) -> awaitable<void> {
    const auto executor = co_await asio::this_coro::executor;
    ArrivalWatch watch(executor, test.folders, "index.m3u8");
    asio::post(executor, [&test, executor] {
      PutInPlace(test.folders[0] / "00000.m4s");
      std::ofstream(test.folders[0] / "index.m3u8.tmp") << "half";
      asio::post(executor, [&test] { std::ofstream(test.folders[1] / "index.m3u8") << "written in place"; });
    });
    const auto arrivals = co_await watch.Next();
    EXPECT_THAT(arrivals, ElementsAre(1));
  }(*this));
}

TEST_F(ArrivalWatchTest, EndsWhenItIsClosed) {
  Await([](ArrivalWatchTest& test) -> awaitable<void> {
    const auto executor = co_await asio::this_coro::executor;
    ArrivalWatch watch(executor, test.folders, "index.m3u8");
    asio::post(executor, [&watch] { watch.Close(); });
    const auto none = co_await watch.Next();
    EXPECT_THAT(none, IsEmpty());
    PutInPlace(test.folders[0] / "index.m3u8");
    const auto still = co_await watch.Next();
    EXPECT_THAT(still, IsEmpty());
  }(*this));
}

TEST_F(ArrivalWatchTest, NeedsFolders) {
  asio::io_context context;
  EXPECT_THROW(ArrivalWatch(context.get_executor(), {root.path() / "none"}, "index.m3u8"), Error);
}

}  // namespace
}  // namespace descant::conversion::ffmpeg
