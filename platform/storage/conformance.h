// What every storage driver has to do: one suite, run on each.
#pragma once

#include <gmock/gmock.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <fstream>
#include <functional>
#include <iterator>
#include <memory>
#include <string>

#include "platform/base/error.h"
#include "platform/storage/storage.h"
#include "tests/support/await.h"
#include "tests/support/temporary_folder.h"

namespace descant::storage {

// A storage that is empty, and what it needs to live.
struct StorageUnderTest {
  std::shared_ptr<void> keep;
  std::unique_ptr<Storage> storage;
};

struct Driver {
  const char* name;
  StorageUnderTest (*open)();
};

class StorageConformance : public ::testing::TestWithParam<Driver> {
 protected:
  Storage& storage() { return *under_test_.storage; }
  void Write(std::string key, std::string bytes) {
    tests::Await(loop_, storage().Write(std::move(key), std::move(bytes), {.content_type = "text/plain"}));
  }
  std::string Read(std::string key) { return tests::Await(loop_, storage().Read(std::move(key))); }
  bool Has(std::string key) { return tests::Await(loop_, storage().Head(std::move(key))).has_value(); }
  std::vector<std::string> List(std::string prefix) { return tests::Await(loop_, storage().List(std::move(prefix))); }
  void Delete(std::vector<std::string> keys) { tests::Await(loop_, storage().Delete(std::move(keys))); }
  template <class T>
  std::string CodeOf(awaitable<T> work) {
    return tests::CodeOf(loop_, std::move(work));
  }
  std::filesystem::path File(const std::string& bytes) {
    const auto path = folder_.path() / "file";
    std::ofstream(path, std::ios::binary) << bytes;
    return path;
  }
  static std::string Contents(const std::filesystem::path& path) {
    std::ifstream in(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }

  asio::io_context& loop_ = tests::LastingLoop();
  tests::TemporaryFolder folder_;
  StorageUnderTest under_test_ = GetParam().open();
};

TEST_P(StorageConformance, KeepsObjects) {
  const std::string bytes("some\0bytes", 10);
  Write("a/b/c", bytes);
  EXPECT_EQ(Read("a/b/c"), bytes);
  const auto info = tests::Await(loop_, storage().Head("a/b/c"));
  ASSERT_TRUE(info);
  EXPECT_EQ(info->size, 10);
  EXPECT_LT(std::chrono::abs(Now() - info->modified_at), std::chrono::minutes(5));
  Write("a/b/c", "other");
  EXPECT_EQ(Read("a/b/c"), "other");
  Write("empty", "");
  EXPECT_EQ(Read("empty"), "");
}

TEST_P(StorageConformance, AbsentObjectsAreNotFound) {
  EXPECT_FALSE(Has("absent"));
  EXPECT_FALSE(Has("absent/below"));
  EXPECT_EQ(CodeOf(storage().Read("absent")), "object_not_found");
  EXPECT_EQ(CodeOf(storage().Download("absent", folder_.path() / "file")), "object_not_found");
  EXPECT_EQ(CodeOf(storage().Delete({"absent", "absent/too"})), "");
  EXPECT_THAT(List("absent/"), ::testing::IsEmpty());
  Write("folder/object", "x");
  EXPECT_FALSE(Has("folder")) << "a prefix is no object";
}

TEST_P(StorageConformance, MovesFilesBothWays) {
  std::string bytes(5 * 1024 * 1024 + 17, '\0');
  for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<char>(i * 31 >> 3);
  tests::Await(loop_, storage().Upload(File(bytes), "large", {.content_type = "video/mp4"}));
  const auto back = folder_.path() / "back";
  std::ofstream(back) << std::string(10 * 1024 * 1024, 'x');  // is replaced, and longer
  tests::Await(loop_, storage().Download("large", back));
  EXPECT_EQ(Contents(back), bytes);
  EXPECT_EQ(CodeOf(storage().Read("large")), "object_too_large");
  EXPECT_EQ(CodeOf(storage().Write("large", bytes, {})), "object_too_large");
}

TEST_P(StorageConformance, ListsByPrefixInOrder) {
  for (const char* key : {"p/b", "p/a/2", "p/a/1", "pa", "q/a"}) Write(key, "x");
  EXPECT_THAT(List("p/"), ::testing::ElementsAre("p/a/1", "p/a/2", "p/b"));
  EXPECT_THAT(List("p"), ::testing::ElementsAre("p/a/1", "p/a/2", "p/b", "pa"));
  EXPECT_THAT(List("p/a/1"), ::testing::ElementsAre("p/a/1"));
  EXPECT_THAT(List(""), ::testing::SizeIs(5));
  Delete({"p/a/1", "p/b", "q/a"});
  EXPECT_THAT(List(""), ::testing::ElementsAre("p/a/2", "pa"));
}

TEST_P(StorageConformance, TakesSpacesAndUnicode) {
  for (const char* key : {"with space/and+plus", "ünï/cödé", "percent%20", "日本/曲.wav", "quote'\"&=?#"}) {
    Write(key, key);
    EXPECT_EQ(Read(key), key);
    EXPECT_THAT(List(key), ::testing::ElementsAre(key));
  }
}

TEST_P(StorageConformance, RefusesKeysThatLeadElsewhere) {
  for (const std::string& key :
       {std::string(), std::string("/a"), std::string("a/"), std::string("a//b"), std::string("../a"),
        std::string("a/../b"), std::string("a/./b"), std::string("a\nb"), std::string("a\0b", 3), std::string("a\\b"),
        std::string(513, 'a')}) {
    EXPECT_EQ(CodeOf(storage().Write(key, "x", {})), "invalid_key") << key;
    EXPECT_EQ(CodeOf(storage().Head(key)), "invalid_key") << key;
    EXPECT_EQ(CodeOf(storage().Delete({key})), "invalid_key") << key;
    EXPECT_THROW(storage().SignUpload({.key = key, .size = 1, .content_type = "audio/wav", .origin = "http://h"}), Error);
  }
}

TEST_P(StorageConformance, WritersAndDeletersDoNotTripOverEachOther) {
  int done = 0;
  std::vector<std::string> failures;
  const auto spawn = [&](std::function<awaitable<void>()> work) {
    asio::co_spawn(
        loop_,
        [work, &done, &failures]() -> awaitable<void> {
          try {
            co_await work();
          } catch (const std::exception& error) {
            failures.emplace_back(error.what());
          }
          ++done;
        },
        asio::detached);
  };
  for (int i = 0; i < 200; ++i) {
    spawn([this, i]() -> awaitable<void> {
      co_await storage().Write("shared/deep/folder/" + std::to_string(i % 4), std::string(1000, 'x'), {});
    });
    spawn([this, i]() -> awaitable<void> {
      std::vector<std::string> keys{"shared/deep/folder/" + std::to_string(i % 4)};
      co_await storage().Delete(std::move(keys));
    });
  }
  loop_.restart();
  while (done < 400) loop_.run_one();
  EXPECT_THAT(failures, ::testing::IsEmpty());
}

}  // namespace descant::storage
