#include "services/conversion/adapters/ffmpeg/folder_watch.h"

#include <fstream>

#include <boost/asio/this_coro.hpp>
#include <gtest/gtest.h>

#include "platform/runtime/promise.h"
#include "services/conversion/testing/await.h"
#include "services/conversion/testing/temporary_folder.h"

namespace descant::conversion::ffmpeg {
namespace {

namespace fs = std::filesystem;
using ::descant::conversion::testing::Await;
using ::descant::conversion::testing::TemporaryFolder;

void Write(const fs::path& file, std::size_t bytes) {
  fs::create_directories(file.parent_path());
  std::ofstream(file, std::ios::binary) << std::string(bytes, 'x');
}

TEST(FolderBytes, CountsAllBelowAndEveryEntry) {
  const TemporaryFolder folder;
  EXPECT_EQ(FolderBytes(folder.path()), 0);
  EXPECT_EQ(FolderBytes(folder.path() / "gone"), 0);
  Write(folder.path() / "a" / "b" / "large", 100'000);
  EXPECT_GE(FolderBytes(folder.path()), 100'000);
  EXPECT_LE(FolderBytes(folder.path()), 150'000);
  for (int i = 0; i < 100; ++i) Write(folder.path() / "many" / std::to_string(i), 0);
  EXPECT_GE(FolderBytes(folder.path()), 100'000 + 100 * 4096);
}

TEST(FolderWatch, TellsOnceWhenThereIsTooMuch) {
  const TemporaryFolder folder;
  runtime::BlockingPool pool("files", 1, 10);
  Write(folder.path() / "file", 100'000);
  int told = 0;
  Await([](runtime::BlockingPool& files, fs::path where, int& count) -> awaitable<void> {
    runtime::Promise<runtime::Nothing> exceeded;
    const FolderWatch watch(co_await asio::this_coro::executor, files, std::move(where), 50'000, [&] {
      ++count;
      exceeded.Set({});
    });
    EXPECT_FALSE(watch.exceeded());
    co_await exceeded.Wait();
    EXPECT_TRUE(watch.exceeded());
  }(pool, folder.path(), told));
  EXPECT_EQ(told, 1);
}

TEST(FolderWatch, EndsWithItsObject) {
  const TemporaryFolder folder;
  runtime::BlockingPool pool("files", 1, 10);
  Write(folder.path() / "file", 100'000);
  const auto watch_briefly = [](runtime::BlockingPool& files, fs::path where) -> awaitable<void> {
    const FolderWatch watch(co_await asio::this_coro::executor, files, std::move(where), 50'000,
                            [] { ADD_FAILURE() << "told after its end"; });
    EXPECT_FALSE(watch.exceeded());
  };
  Await(watch_briefly(pool, folder.path()));  // until nothing is left on the loop
  Await(watch_briefly(pool, {}));
}

}  // namespace
}  // namespace descant::conversion::ffmpeg
