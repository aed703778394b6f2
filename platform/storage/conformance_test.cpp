// What every storage driver has to do. The drivers' own tests run it on each.
#include "platform/storage/conformance.h"

namespace descant::storage {

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
    tests::Await(loop_, storage().Download(key, folder_.path() / "back"));
    EXPECT_EQ(Contents(folder_.path() / "back"), key);
    Delete({key});
    EXPECT_FALSE(Has(key)) << key;
  }
}

TEST_P(StorageConformance, RefusesKeysThatLeadElsewhere) {
  for (const std::string& key :
       {std::string(), std::string("/a"), std::string("a/"), std::string("a//b"), std::string("../a"),
        std::string("a/../b"), std::string("a/./b"), std::string("a\nb"), std::string("a\0b", 3),
        std::string("a\\b"), std::string(513, 'a'), std::string("a\xFF"), std::string("a/..")}) {
    EXPECT_EQ(CodeOf(storage().Write(key, "x", {})), "invalid_key") << key;
    EXPECT_EQ(CodeOf(storage().Head(key)), "invalid_key") << key;
    EXPECT_EQ(CodeOf(storage().Delete({key})), "invalid_key") << key;
    EXPECT_THROW(
        storage().SignUpload({.key = key, .size = 1, .content_type = "audio/wav", .origin = "http://h"}),
        Error);
  }
}

TEST_P(StorageConformance, WritersAndDeletersDoNotTripOverEachOther) {
  const auto write = [this](std::string key) -> awaitable<void> {
    co_await storage().Write(std::move(key), std::string(1000, 'x'), {});
  };
  const auto remove = [this](std::string key) -> awaitable<void> {
    std::vector<std::string> keys{std::move(key)};
    co_await storage().Delete(std::move(keys));
  };
  std::vector<awaitable<void>> work;
  for (int i = 0; i < 200; ++i) {
    work.push_back(write("shared/deep/folder/" + std::to_string(i % 4)));
    work.push_back(remove("shared/deep/folder/" + std::to_string(i % 4)));
    work.push_back(write("shared/deep/kept-" + std::to_string(i)));
  }
  AwaitAll(std::move(work));
  EXPECT_THAT(List("shared/deep/kept-"), ::testing::SizeIs(200)) << "what nobody deleted is there";
}

TEST_P(StorageConformance, ListsWhatStaysWhileOthersGo) {
  Write("steady/object", "x");
  std::vector<awaitable<void>> work;
  for (int i = 0; i < 100; ++i) {
    work.push_back([](Storage& storage, std::string key) -> awaitable<void> {
      std::vector<std::string> keys{key + "/deep/object"};
      co_await storage.Write(keys.front(), "x", {});
      co_await storage.Delete(std::move(keys));
    }(storage(), "passing/" + std::to_string(i % 10)));
    work.push_back([](Storage& storage) -> awaitable<void> {
      const std::vector<std::string> keys = co_await storage.List("");
      EXPECT_THAT(keys, ::testing::Contains("steady/object"));
    }(storage()));
  }
  AwaitAll(std::move(work));
  EXPECT_THAT(List(""), ::testing::ElementsAre("steady/object"));
}

TEST_P(StorageConformance, ReadersSeeWholeObjectsWhileWritersReplaceThem) {
  Write("object", std::string(100'000, 'a'));
  std::vector<awaitable<void>> work;
  for (int i = 0; i < 60; ++i) {
    work.push_back(storage().Write("object", std::string(100'000, static_cast<char>('a' + i % 26)), {}));
    work.push_back([](Storage& storage) -> awaitable<void> {
      const std::string bytes = co_await storage.Read("object");
      EXPECT_EQ(bytes.size(), 100'000);
      EXPECT_EQ(bytes.find_first_not_of(bytes.front()), std::string::npos) << "two writers' bytes are mixed";
    }(storage()));
  }
  AwaitAll(std::move(work));
}

TEST_P(StorageConformance, MovesLargeFiles) {
  constexpr std::size_t kSize = std::size_t{64} << 20;
  const auto path = folder_.path() / "large";
  std::ofstream(path, std::ios::binary) << std::string(kSize, 'x') << "end";
  tests::Await(loop_, storage().Upload(path, "large", {.content_type = "video/mp4"}));
  EXPECT_EQ(tests::Await(loop_, storage().Head("large"))->size, kSize + 3);
  const auto back = folder_.path() / "back";
  tests::Await(loop_, storage().Download("large", back));
  ASSERT_EQ(std::filesystem::file_size(back), kSize + 3);
  std::ifstream tail(back, std::ios::binary);
  tail.seekg(-4, std::ios::end);
  EXPECT_EQ(std::string(std::istreambuf_iterator<char>(tail), {}), "xend");
}

TEST_P(StorageConformance, MovesAGibibyte) {
  constexpr std::int64_t kSize = std::int64_t{1} << 30;
  constexpr std::int64_t kStep = kSize / 64;
  const auto path = folder_.path() / "source";
  {
    std::ofstream out(path, std::ios::binary);  // sparse, with a mark every 16 MiB
    for (std::int64_t at = 0; at < kSize; at += kStep) out.seekp(at + 7) << std::to_string(at);
  }
  std::filesystem::resize_file(path, kSize);
  tests::Await(loop_, storage().Upload(path, "huge", {.content_type = "video/mp4"}));
  EXPECT_EQ(tests::Await(loop_, storage().Head("huge"))->size, kSize);
  const auto back = folder_.path() / "back";
  tests::Await(loop_, storage().Download("huge", back));
  ASSERT_EQ(std::filesystem::file_size(back), static_cast<std::uintmax_t>(kSize));
  std::ifstream a(path, std::ios::binary), b(back, std::ios::binary);
  std::string left(kStep, '\0'), right(kStep, '\0');
  for (std::int64_t at = 0; at < kSize; at += kStep) {
    a.read(left.data(), kStep);
    b.read(right.data(), kStep);
    ASSERT_TRUE(left == right) << "between " << at << " and " << at + kStep;
  }
}

TEST_P(StorageConformance, SmallObjectsEndAtOneMebibyte) {
  const std::string largest(std::size_t{1} << 20, 'x');
  Write("largest", largest);
  EXPECT_EQ(Read("largest"), largest);
  EXPECT_EQ(CodeOf(storage().Write("larger", largest + "x", {})), "object_too_large");
  EXPECT_FALSE(Has("larger"));
}

TEST_P(StorageConformance, AFailedTransferChangesNothing) {
  Write("object", "before");
  EXPECT_NE(CodeOf(storage().Upload(folder_.path() / "absent", "object", {})), "");
  EXPECT_EQ(Read("object"), "before");
  const auto file = File("mine");
  EXPECT_EQ(CodeOf(storage().Download("absent", file)), "object_not_found");
  EXPECT_EQ(Contents(file), "mine") << "nothing came, so nothing is replaced";
  const std::string code = CodeOf(storage().Download("object", folder_.path() / "no" / "such" / "folder"));
  EXPECT_NE(code, "");
  EXPECT_NE(code, "object_not_found") << "the object is there; the caller's folder is not";
}

TEST_P(StorageConformance, WhatWasDownloadedStaysAsItIs) {
  const auto file = folder_.path() / "mine";
  Write("object", "before");
  tests::Await(loop_, storage().Download("object", file));
  Write("object", "after");
  EXPECT_EQ(Contents(file), "before");
  Delete({"object"});
  EXPECT_EQ(Contents(file), "before");
  std::filesystem::remove(file);
  Write("object", "again");
  tests::Await(loop_, storage().Download("object", file));
  std::filesystem::remove(file);
  EXPECT_EQ(Read("object"), "again");
}

TEST_P(StorageConformance, FoldersAreNoObjects) {
  Write("a/b/object", "x");
  EXPECT_EQ(CodeOf(storage().Read("a/b")), "object_not_found");
  EXPECT_EQ(CodeOf(storage().Download("a", folder_.path() / "file")), "object_not_found");
  Delete({"a/b", "a"});
  EXPECT_EQ(Read("a/b/object"), "x");
  EXPECT_THAT(List("a/b/object/below"), ::testing::IsEmpty());
  EXPECT_THAT(List("a/b/object/"), ::testing::IsEmpty());
  EXPECT_THAT(List("a/b"), ::testing::ElementsAre("a/b/object"));
}

TEST_P(StorageConformance, SignsUploads) {
  const UploadRequest request{.key = "uploads/c/ü b+c",
                              .size = 42,
                              .content_type = "audio/wav",
                              .lifetime = std::chrono::hours(1),
                              .origin = "https://media.example.org"};
  const UploadGrant grant = storage().SignUpload(request);
  EXPECT_THAT(grant.url, ::testing::ContainsRegex("^https?://[^?]+/uploads/c/%C3%BC%20b(\\+|%2B)c(\\?|$)"));
  EXPECT_THAT(grant.headers, ::testing::Contains(::testing::Pair("Content-Type", "audio/wav")));
  EXPECT_LE(grant.expires_at, Now() + std::chrono::hours(1));
  EXPECT_GT(grant.expires_at, Now() + std::chrono::minutes(59));
  UploadRequest split = request;
  split.content_type = "audio/wav\nuploads/other";
  EXPECT_THROW(storage().SignUpload(split), Error) << "the line break would move what is signed";
}

TEST_P(StorageConformance, SignsPlaybackOfMediaOnly) {
  const PlaybackGrant grant = storage().SignPlayback({.prefix = "media/c/j/1",
                                                      .file = "master.m3u8",
                                                      .lifetime = std::chrono::hours(6),
                                                      .origin = "https://media.example.org"});
  EXPECT_THAT(grant.url, ::testing::ContainsRegex("^https?://.*c/j/1/master\\.m3u8(\\?|$)"));
  EXPECT_LE(grant.expires_at, Now() + std::chrono::hours(6));
  EXPECT_GT(grant.expires_at, Now() + std::chrono::minutes(359));
  for (const char* prefix :
       {"", "media", "media/", "media//c", "media/../uploads", "uploads/c", "/media/c", "mediax/c"}) {
    EXPECT_THROW(storage().SignPlayback({.prefix = prefix, .file = "master.m3u8", .origin = "http://h"}),
                 Error)
        << prefix;
  }
  for (const char* file : {"", "../other/master.m3u8", "/x", "a/"}) {
    EXPECT_THROW(storage().SignPlayback({.prefix = "media/c", .file = file, .origin = "http://h"}), Error)
        << file;
  }
}

constexpr std::size_t kSmallestPart = std::size_t{5} << 20;  // of S3, but for the last

TEST_P(StorageConformance, TakesUploadsInParts) {
  const std::string key = "uploads/c/in parts";
  const std::string first(kSmallestPart, 'a');
  const std::string upload = tests::Await(loop_, storage().Parts().Begin(key, "video/mp4"));
  EXPECT_THAT(ListParts(key, upload), ::testing::IsEmpty());
  PutPart(key, upload, 2, "the end");
  PutPart(key, upload, 1, first);
  EXPECT_FALSE(Has(key)) << "not before it is finished";
  EXPECT_THAT(List(""), ::testing::IsEmpty()) << "parts are no objects";
  std::vector<Part> parts = ListParts(key, upload);
  ASSERT_EQ(parts.size(), 2);
  EXPECT_EQ(parts[0].number, 1);
  EXPECT_EQ(parts[0].size, kSmallestPart);
  EXPECT_EQ(parts[1].size, 7);
  EXPECT_THAT(parts[1].etag, ::testing::Not(::testing::AnyOf("", parts[0].etag)));
  tests::Await(loop_, storage().Parts().Finish(key, upload, parts));
  const auto back = folder_.path() / "back";
  tests::Await(loop_, storage().Download(key, back));
  EXPECT_EQ(Contents(back), first + "the end");
  EXPECT_THAT(tests::Await(loop_, storage().Parts().Unfinished("")), ::testing::IsEmpty());
}

TEST_P(StorageConformance, TellsAndAbortsWhatIsUnfinished) {
  const std::string mine = tests::Await(loop_, storage().Parts().Begin("uploads/c/a", "video/mp4"));
  tests::Await(loop_, storage().Parts().Begin("uploads/d/b", "video/mp4"));
  PutPart("uploads/c/a", mine, 1, "x");
  const auto unfinished = tests::Await(loop_, storage().Parts().Unfinished("uploads/c/"));
  ASSERT_EQ(unfinished.size(), 1);
  EXPECT_EQ(unfinished[0].key, "uploads/c/a");
  EXPECT_EQ(unfinished[0].upload_id, mine);
  EXPECT_LT(std::chrono::abs(Now() - unfinished[0].begun_at), std::chrono::minutes(5));
  EXPECT_EQ(tests::Await(loop_, storage().Parts().Unfinished("uploads/")).size(), 2);
  EXPECT_EQ(CodeOf(storage().Parts().Abort("uploads/c/a", mine)), "");
  EXPECT_EQ(CodeOf(storage().Parts().Abort("uploads/c/a", mine)), "") << "it is gone already";
  EXPECT_THAT(tests::Await(loop_, storage().Parts().Unfinished("uploads/c/")), ::testing::IsEmpty());
  EXPECT_FALSE(Has("uploads/c/a"));
}

TEST_P(StorageConformance, JoinsJustThePartsThatAreThere) {
  const std::string upload = tests::Await(loop_, storage().Parts().Begin("key", "video/mp4"));
  PutPart("key", upload, 1, "x");
  std::vector<Part> parts = ListParts("key", upload);
  parts[0].etag = std::string(32, '0');
  EXPECT_NE(CodeOf(storage().Parts().Finish("key", upload, parts)), "") << "another part 1";
  EXPECT_FALSE(Has("key"));
  EXPECT_EQ(ListParts("key", upload).size(), 1) << "nothing is lost";
}

TEST_P(StorageConformance, UploadsInPartsBelongToTheirKeys) {
  const std::string upload = tests::Await(loop_, storage().Parts().Begin("key", "video/mp4"));
  EXPECT_EQ(CodeOf(storage().Parts().List("other", upload)), "upload_not_found");
  EXPECT_EQ(CodeOf(storage().Parts().List("key", "../key")), "upload_not_found");
  EXPECT_EQ(CodeOf(storage().Parts().Begin("../key", "video/mp4")), "invalid_key");
  EXPECT_EQ(CodeOf(storage().Parts().List("a//b", upload)), "invalid_key");
}

}  // namespace descant::storage
