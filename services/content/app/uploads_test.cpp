// Catalog, uploads, playback and the sweeper, over stores in memory and local storage in a temporary folder.
#include "services/content/app/uploads.h"

#include <gmock/gmock.h>

#include "platform/storage/local.h"
#include "services/content/app/playback.h"
#include "services/content/app/sweeper.h"
#include "services/content/testing/in_memory.h"
#include "tests/support/await.h"
#include "tests/support/temporary_folder.h"

namespace descant::content::app {
namespace {

using namespace std::chrono_literals;
using descant::tests::Await;
using descant::tests::CodeOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class UploadsTest : public ::testing::Test {
 protected:
  domain::Content Create(domain::Visibility visibility = domain::Visibility::kPublic) {
    return Await(context_, catalog_.Create(owner_, {.title = "Song", .visibility = visibility}));
  }
  UploadTicket Begin(domain::ContentId id) {
    return Await(context_, uploads_.Begin(id, owner_.id, {"song.wav", 3, "audio/wav"}, "http://localhost"));
  }
  std::string CodeOfBegin(domain::ContentId id, domain::UploadOffer offer, std::optional<Viewer> who = {}) {
    return CodeOf(context_, uploads_.Begin(id, who.value_or(owner_).id, std::move(offer), "http://localhost"));
  }
  std::string CodeOfFinish(domain::ContentId id, std::string key) {
    return CodeOf(context_, uploads_.Finish({}, id, owner_.id, std::move(key)));
  }
  void Put(std::string key, std::string bytes = "abc") {
    Await(context_, storage_->Write(std::move(key), std::move(bytes), {}));
  }
  std::vector<std::string> Keys() { return Await(context_, storage_->List("")); }

  asio::io_context& context_ = descant::tests::LastingLoop();
  descant::tests::TemporaryFolder folder_;
  runtime::BlockingPool pool_{"files", 1, 100};
  std::unique_ptr<storage::Storage> storage_ =
      storage::OpenLocal({.directory = folder_.path(), .key = std::string(32, 'k')}, pool_);
  testing::Memory memory_;
  testing::InMemoryContents contents_{memory_};
  testing::InMemoryJobs jobs_{memory_};
  testing::InMemoryLeftovers leftovers_{memory_};
  Catalog catalog_{contents_};
  Uploads uploads_{catalog_, contents_, jobs_, *storage_, {.max_bytes = 1000}};
  Playback playback_{catalog_, *storage_, 1h};
  Sweeper sweeper_{leftovers_, *storage_, 24h};
  Viewer owner_{domain::UserId::New(), "Ann"};
  Viewer stranger_{domain::UserId::New(), "Bob"};
};

TEST_F(UploadsTest, AnUploadBecomesAJob) {
  const auto content = Create();
  const UploadTicket ticket = Begin(content.id);
  EXPECT_THAT(ticket.key, ::testing::StartsWith("uploads/" + content.id.ToString() + "/"));
  EXPECT_THAT(ticket.grant.url, HasSubstr(ticket.key));
  EXPECT_NE(Begin(content.id).key, ticket.key) << "no key is given twice";
  Put(ticket.key);
  const auto queued = Await(context_, uploads_.Finish({.request_id = "r"}, content.id, owner_.id, ticket.key));
  EXPECT_EQ(queued.state, domain::State::kQueued);
  ASSERT_EQ(memory_.jobs.size(), 1);
  EXPECT_EQ(memory_.jobs.begin()->second.job.source_key, ticket.key);
  EXPECT_EQ(memory_.jobs.begin()->second.job.request_id, "r");
  EXPECT_EQ(CodeOfFinish(content.id, ticket.key), "conversion_in_progress");
}

TEST_F(UploadsTest, KeysThatWereNotGivenAreRefused) {
  const auto content = Create();
  const auto other = Create();
  const std::string foreign = Begin(other.id).key;
  Put(foreign);
  EXPECT_EQ(CodeOfFinish(content.id, foreign), "key_not_acceptable");
  EXPECT_EQ(CodeOfFinish(content.id, "uploads/" + content.id.ToString() + "/../../secret"), "key_not_acceptable");
  EXPECT_EQ(CodeOfFinish(content.id, "/etc/passwd"), "key_not_acceptable");
  EXPECT_EQ(CodeOfFinish(content.id, Begin(content.id).key), "upload_missing");
  EXPECT_THAT(memory_.jobs, IsEmpty());
}

TEST_F(UploadsTest, LimitsHold) {
  const auto content = Create();
  EXPECT_EQ(CodeOfBegin(content.id, {"a.wav", 1001, "audio/wav"}), "upload_too_large");
  EXPECT_EQ(CodeOfBegin(content.id, {"a.txt", 10, "text/plain"}), "unsupported_upload_type");
  EXPECT_EQ(CodeOfBegin(content.id, {"a.txt", 10, "audio/"}), "unsupported_upload_type");
  EXPECT_EQ(CodeOfBegin(content.id, {"a.txt", 10, "audio/wav\nx"}), "unsupported_upload_type");
  EXPECT_EQ(CodeOfBegin(content.id, {"a.ogg", 10, "application/ogg"}), "");
  const std::string key = Begin(content.id).key;
  Put(key, std::string(1001, 'x'));
  EXPECT_EQ(CodeOfFinish(content.id, key), "upload_too_large");
}

TEST_F(UploadsTest, OthersMayNotEvenKnowOfADraft) {
  const auto content = Create();
  EXPECT_EQ(CodeOf(context_, catalog_.Get(content.id, stranger_.id)), "content_not_found");
  EXPECT_EQ(CodeOf(context_, catalog_.Get(content.id, std::nullopt)), "content_not_found");
  EXPECT_EQ(CodeOfBegin(content.id, {"a.wav", 3, "audio/wav"}, stranger_), "content_not_found");
  memory_.contents[content.id].media_key = "media/c/j/1/master.m3u8";
  EXPECT_EQ(CodeOf(context_, catalog_.Get(content.id, stranger_.id)), "");
  EXPECT_EQ(CodeOfBegin(content.id, {"a.wav", 3, "audio/wav"}, stranger_), "not_owner");
  EXPECT_EQ(CodeOf(context_, catalog_.Change(content.id, stranger_.id, {.title = "Mine"})), "not_owner");
  EXPECT_EQ(CodeOf(context_, catalog_.Remove(content.id, stranger_.id)), "not_owner");
  memory_.contents[content.id].visibility = domain::Visibility::kPrivate;
  EXPECT_EQ(CodeOf(context_, catalog_.Remove(content.id, stranger_.id)), "content_not_found");
}

TEST_F(UploadsTest, PlaybackOpensJustThePrefixOfWhatPlays) {
  const auto content = Create();
  EXPECT_EQ(CodeOf(context_, playback_.Begin(content.id, owner_.id, "http://h")), "not_playable");
  memory_.contents[content.id].media_key = "media/c/j/1/master.m3u8";
  const auto grant = Await(context_, playback_.Begin(content.id, std::nullopt, "http://h"));
  EXPECT_THAT(grant.url, ::testing::MatchesRegex("http://h/media/[0-9]+\\.2\\.[A-Za-z0-9_-]+/c/j/1/master\\.m3u8"));
}

TEST_F(UploadsTest, TheSweeperKeepsWhatIsInUse) {
  const auto content = Create();
  const std::string media = "media/" + content.id.ToString();
  const std::string source = Begin(content.id).key;
  Put(source);
  Await(context_, uploads_.Finish({}, content.id, owner_.id, source));
  const std::string job = memory_.jobs.begin()->first.ToString();
  Put(media + "/old/1/master.m3u8");
  Put(media + "/old/complete.json");
  Put(media + "/" + job + "/1/audio/0.m4s");
  memory_.contents[content.id].media_key = media + "/old/1/master.m3u8";
  Put(media + "/older/1/master.m3u8");
  memory_.Leave(content.id, Now());
  EXPECT_EQ(Await(context_, sweeper_.Sweep()), 1);
  EXPECT_THAT(Keys(), ::testing::UnorderedElementsAre(media + "/old/1/master.m3u8", media + "/old/complete.json",
                                                     media + "/" + job + "/1/audio/0.m4s", source));
  EXPECT_EQ(Await(context_, sweeper_.Sweep()), 0);
}

TEST_F(UploadsTest, TheSweeperKeepsWhatTheMasterPlaylistLeadsTo) {
  const auto content = Create();
  const std::string job = "media/" + content.id.ToString() + "/j";
  const std::vector<std::string> used{job + "/1/audio-128k/0.m4s", job + "/1/audio-128k/index.m3u8",
                                      job + "/3/audio-256k/0.m4s", job + "/3/master.m3u8", job + "/complete.json",
                                      job + "/first.json"};
  for (const std::string& key : used) Put(key);
  Await(context_, storage_->Write(job + "/3/master.m3u8",
                                  "#EXTM3U\n../1/audio-128k/index.m3u8\naudio-256k/index.m3u8\n", {}));
  Put(job + "/2/audio-256k/0.m4s");
  Put(job + "/11/audio-256k/0.m4s");
  memory_.contents[content.id].media_key = job + "/3/master.m3u8";
  memory_.Leave(content.id, Now());
  EXPECT_EQ(Await(context_, sweeper_.Sweep()), 1);
  EXPECT_THAT(Keys(), ::testing::UnorderedElementsAreArray(used));
}

TEST_F(UploadsTest, TheSweeperRemovesAllOfWhatIsGone) {
  const auto content = Create();
  Put(Begin(content.id).key);
  Put("media/" + content.id.ToString() + "/j/1/master.m3u8");
  const auto kept = Create();
  Put(Begin(kept.id).key);
  Await(context_, catalog_.Remove(content.id, owner_.id));
  EXPECT_EQ(Await(context_, sweeper_.Sweep()), 2);
  EXPECT_THAT(Keys(), ElementsAre(::testing::StartsWith("uploads/" + kept.id.ToString())));
}

}  // namespace
}  // namespace descant::content::app
