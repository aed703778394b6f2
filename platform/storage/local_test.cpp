#include "platform/storage/local.h"

#include <utime.h>

#include "platform/storage/conformance.h"

namespace descant::storage {
namespace {

struct Local {
  tests::TemporaryFolder folder;
  runtime::BlockingPool pool{"storage", 4, 1000};
};

StorageUnderTest OpenInFolder() {
  auto local = std::make_shared<Local>();
  auto storage = OpenLocal({.directory = local->folder.path(), .key = std::string(32, 'k')}, local->pool);
  // NGINX writes the file that the path behind the token names.
  const auto put = [root = local->folder.path()](const UploadGrant& grant, const std::string& bytes) {
    const std::string path = grant.url.substr(grant.url.find('/', grant.url.find("/storage/") + 9));
    std::filesystem::create_directories((root / path.substr(1)).parent_path());
    std::ofstream(root / path.substr(1), std::ios::binary) << bytes;
  };
  return {.keep = local, .storage = std::move(storage), .put = put};
}

INSTANTIATE_TEST_SUITE_P(Local, StorageConformance, ::testing::Values(Driver{"local", OpenInFolder}),
                         [](const auto& test) { return test.param.name; });

class LocalTest : public ::testing::Test {
 protected:
  Local local_;
  std::unique_ptr<Storage> storage_ =
      OpenLocal({.directory = local_.folder.path(), .key = std::string(32, 'k')}, local_.pool);
};

TEST_F(LocalTest, SignsUploadsForTheGateway) {
  const UploadGrant grant = storage_->SignUpload({.key = "uploads/c/a b",
                                                  .size = 42,
                                                  .content_type = "audio/wav",
                                                  .lifetime = std::chrono::hours(1),
                                                  .origin = "https://media.example.org"});
  EXPECT_THAT(grant.url,
              ::testing::MatchesRegex(
                  "https://media\\.example\\.org/storage/[0-9]+\\.42\\.[A-Za-z0-9_-]+/uploads/c/a%20b"));
  EXPECT_THAT(grant.headers, ::testing::ElementsAre(::testing::Pair("Content-Type", "audio/wav")));
  EXPECT_GT(grant.expires_at, Now() + std::chrono::minutes(59));
}

TEST_F(LocalTest, SignsPlaybackOfMediaOnly) {
  const PlaybackGrant grant =
      storage_->SignPlayback({.prefix = "media/c/j/1", .file = "master.m3u8", .origin = "http://h:8000"});
  EXPECT_THAT(grant.url,
              ::testing::MatchesRegex("http://h:8000/media/[0-9]+\\.3\\.[A-Za-z0-9_-]+/c/j/1/master\\.m3u8"));
  EXPECT_THROW(storage_->SignPlayback({.prefix = "uploads/c", .file = "x", .origin = "http://h"}), Error);
  EXPECT_THROW(storage_->SignPlayback({.prefix = "media/../uploads", .file = "x", .origin = "http://h"}),
               Error);
}

TEST_F(LocalTest, AnOriginThatIsSetGoesBeforeTheOneSeen) {
  const auto storage = OpenLocal(
      {.directory = local_.folder.path(), .key = std::string(32, 'k'), .origin = "https://set.example"},
      local_.pool);
  EXPECT_THAT(storage->SignPlayback({.prefix = "media/c", .file = "m.m3u8", .origin = "http://seen"}).url,
              ::testing::StartsWith("https://set.example/media/"));
}

TEST_F(LocalTest, ClearsAwayWhatWasLeftHalfWritten) {
  const auto staging = local_.folder.path() / ".staging";
  std::filesystem::create_directories(staging);
  std::ofstream(staging / "old") << "x";
  std::ofstream(staging / "new") << "x";
  const utimbuf two_days_ago{.actime = 0, .modtime = time(nullptr) - 2 * 86400};
  utime((staging / "old").c_str(), &two_days_ago);
  OpenLocal({.directory = local_.folder.path(), .key = std::string(32, 'k')}, local_.pool);
  EXPECT_FALSE(std::filesystem::exists(staging / "old"));
  EXPECT_TRUE(std::filesystem::exists(staging / "new"));
  asio::io_context& loop = tests::LastingLoop();
  EXPECT_THAT(tests::Await(loop, storage_->List("")), ::testing::IsEmpty())
      << "what is half written is no object";
}

TEST_F(LocalTest, HalfWrittenObjectsCannotBeNamed) {
  asio::io_context& loop = tests::LastingLoop();
  for (const char* key : {".staging", ".staging/x", ".staging/x/y", ".parts", ".parts/x/1"}) {
    EXPECT_EQ(tests::CodeOf(loop, storage_->Read(key)), "invalid_key") << key;
    EXPECT_EQ(tests::CodeOf(loop, storage_->Write(key, "x", {})), "invalid_key") << key;
    EXPECT_THROW(storage_->SignUpload({.key = key, .size = 1, .content_type = "a/b", .origin = "http://h"}),
                 Error);
  }
}

TEST_F(LocalTest, AnUploadInPartsEndsWhenItIsFinished) {
  asio::io_context& loop = tests::LastingLoop();
  PartUploads& uploads = storage_->Parts();
  const std::string upload = tests::Await(loop, uploads.Begin("key", "video/mp4"));
  std::ofstream(local_.folder.path() / ".parts" / upload / "1") << "x";
  const std::vector<Part> parts = tests::Await(loop, uploads.List("key", upload));
  tests::Await(loop, uploads.Finish("key", upload, parts));
  EXPECT_EQ(tests::CodeOf(loop, uploads.List("key", upload)), "upload_not_found");
  EXPECT_EQ(tests::CodeOf(loop, uploads.Finish("key", upload, parts)), "upload_not_found");
  EXPECT_TRUE(tests::Await(loop, storage_->Head("key")));
}

TEST_F(LocalTest, FoldersGoWithTheirLastObjectButNeverTheRoot) {
  asio::io_context& loop = tests::LastingLoop();
  for (const char* ending : {"/root", "/root/", "/root/./", "/other/../root//"}) {
    const std::filesystem::path directory = local_.folder.path().string() + ending;
    std::filesystem::create_directories(local_.folder.path() / "other");
    const auto storage = OpenLocal({.directory = directory, .key = std::string(32, 'k')}, local_.pool);
    tests::Await(loop, storage->Write("a/b/object", "x", {}));
    EXPECT_THAT(tests::Await(loop, storage->List("")), ::testing::ElementsAre("a/b/object")) << ending;
    std::filesystem::remove_all(directory / ".staging");
    tests::Await(loop, storage->Delete({"a/b/object"}));
    EXPECT_FALSE(std::filesystem::exists(directory / "a")) << ending;
    EXPECT_TRUE(std::filesystem::exists(directory)) << ending;
  }
}

TEST_F(LocalTest, AnObjectCannotBeAFolderToo) {
  asio::io_context& loop = tests::LastingLoop();
  tests::Await(loop, storage_->Write("a/object", "x", {}));
  EXPECT_EQ(tests::CodeOf(loop, storage_->Write("a/object/below", "x", {})), "invalid_key");
  EXPECT_EQ(tests::CodeOf(loop, storage_->Write("a", "x", {})), "invalid_key");
  EXPECT_EQ(tests::Await(loop, storage_->Read("a/object")), "x");
  EXPECT_TRUE(std::filesystem::is_empty(local_.folder.path() / ".staging"))
      << "nothing is left of the attempts";
}

TEST_F(LocalTest, AStorageWithoutItsFolderIsUnavailable) {
  asio::io_context& loop = tests::LastingLoop();
  std::ofstream(local_.folder.path() / "file") << "x";
  const auto storage = OpenLocal(
      {.directory = local_.folder.path() / "file" / "root", .key = std::string(32, 'k')}, local_.pool);
  EXPECT_EQ(tests::CodeOf(loop, storage->Write("object", "x", {})), "storage_unavailable");
}

}  // namespace
}  // namespace descant::storage
