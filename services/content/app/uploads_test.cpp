// Catalog, uploads, playback and the sweeper, over stores in memory and local storage in a temporary folder.
#include "services/content/app/uploads.h"

#include <fstream>

#include <gmock/gmock.h>

#include "platform/storage/local.h"
#include "services/content/app/covers.h"
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

// Lets something happen once it has said what is in use.
class WatchedLeftovers final : public testing::InMemoryLeftovers {
 public:
  using InMemoryLeftovers::InMemoryLeftovers;
  awaitable<domain::InUse> Use(domain::ContentId content) override {
    domain::InUse use = co_await InMemoryLeftovers::Use(content);
    if (after_use) co_await after_use(content);  // may throw
    co_return use;
  }
  std::function<awaitable<void>(domain::ContentId)> after_use;
};

class UploadsTest : public ::testing::Test {
 protected:
  domain::Content Create(domain::Visibility visibility = domain::Visibility::kPublic) {
    return Await(context_, catalog_.Create(owner_, {.title = "Song", .visibility = visibility}));
  }
  UploadTicket Begin(domain::ContentId id) {
    return Await(context_, uploads_.Begin(id, owner_.id, {"song.wav", 3, "audio/wav"}, "http://localhost"));
  }
  std::string CodeOfBegin(domain::ContentId id, domain::UploadOffer offer, std::optional<Viewer> who = {}) {
    return CodeOf(context_,
                  uploads_.Begin(id, who.value_or(owner_).id, std::move(offer), "http://localhost"));
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
  WatchedLeftovers leftovers_{memory_};
  Catalog catalog_{contents_};
  Uploads uploads_{catalog_, contents_, jobs_, *storage_, {.max_bytes = 1000}};
  Covers covers_{catalog_, contents_, *storage_};
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
  const auto queued =
      Await(context_, uploads_.Finish({.request_id = "r"}, content.id, owner_.id, ticket.key));
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
  EXPECT_EQ(CodeOfFinish(content.id, "uploads/" + content.id.ToString() + "/../../secret"),
            "key_not_acceptable");
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

class PartsTest : public UploadsTest {
 protected:
  static constexpr std::int64_t kSize = (std::int64_t{100} << 20) + 1;  // seven parts

  UploadTicket BeginLarge(domain::ContentId id) {
    return Await(context_, large_.Begin(id, owner_.id, {"film.mp4", kSize, "video/mp4"}, "http://localhost"));
  }
  UploadTicket Resume(domain::ContentId id) {
    return Await(context_, large_.Resume(id, owner_.id, "http://localhost"));
  }
  // As NGINX writes what a client puts: a file with a hole has any size at once.
  void PutPart(const UploadTicket& ticket, int number, std::int64_t size) {
    const auto path = folder_.path() / ".parts" / ticket.multipart->id / std::to_string(number);
    std::ofstream(path) << "x";
    std::filesystem::resize_file(path, static_cast<std::uintmax_t>(size));
  }
  void PutAll(const UploadTicket& ticket) {
    for (const UploadPart& part : ticket.multipart->parts) PutPart(ticket, part.number, part.size);
  }
  std::string CodeOfFinish(domain::ContentId id, const UploadTicket& ticket,
                           std::vector<SentPart> parts = {}) {
    return CodeOf(context_, large_.Finish({}, id, owner_.id, ticket.key,
                                          SentParts{ticket.multipart->id, std::move(parts)}));
  }

  Uploads large_{catalog_, contents_, jobs_, *storage_, {.max_bytes = std::int64_t{1} << 40}};
};

TEST_F(PartsTest, ALargeFileGoesInParts) {
  const auto content = Create();
  const UploadTicket ticket = BeginLarge(content.id);
  ASSERT_TRUE(ticket.multipart);
  EXPECT_EQ(ticket.multipart->part_size, std::int64_t{16} << 20);
  ASSERT_EQ(ticket.multipart->parts.size(), 7);
  EXPECT_EQ(ticket.multipart->parts.back().size, kSize - 6 * (std::int64_t{16} << 20));
  EXPECT_THAT(ticket.multipart->parts.front().grant.url, HasSubstr("/" + ticket.multipart->id + "/1"));
  PutAll(ticket);
  EXPECT_EQ(CodeOfFinish(content.id, ticket), "");
  EXPECT_EQ(Await(context_, storage_->Head(ticket.key))->size, kSize);
  EXPECT_EQ(memory_.jobs.begin()->second.job.source_key, ticket.key);
}

TEST_F(PartsTest, TheLargestFileHasABoundedNumberOfParts) {
  const auto plan = domain::PlanParts(std::int64_t{1} << 40);
  EXPECT_EQ(plan->count, 512);
  EXPECT_EQ(plan->SizeOf(512), plan->part_size);
  EXPECT_FALSE(domain::PlanParts(std::int64_t{64} << 20));
  EXPECT_EQ(domain::PlanParts((std::int64_t{64} << 20) + 1)->SizeOf(5), 1);
  EXPECT_EQ(domain::PlanOfKey(domain::KeyOfParts("uploads/c/k", kSize))->size, kSize);
  for (const char* key :
       {"uploads/c/k", "uploads/c/k.", "uploads/c/k.1", "uploads/c/k.x", "uploads/c/k.-100000000"}) {
    EXPECT_FALSE(domain::PlanOfKey(key)) << key;
  }
}

TEST_F(PartsTest, AnUploadIsResumedWithWhatIsThere) {
  const auto content = Create();
  EXPECT_EQ(CodeOf(context_, large_.Resume(content.id, owner_.id, "http://h")), "no_unfinished_upload");
  EXPECT_EQ(CodeOf(context_, large_.Resume(content.id, stranger_.id, "http://h")), "content_not_found");
  const UploadTicket ticket = BeginLarge(content.id);
  PutPart(ticket, 2, ticket.multipart->part_size);
  PutPart(ticket, 3, 10);
  const UploadTicket rest = Resume(content.id);
  EXPECT_EQ(rest.key, ticket.key);
  EXPECT_EQ(rest.multipart->id, ticket.multipart->id);
  EXPECT_THAT(rest.multipart->parts[0].grant.url, HasSubstr("/storage/"));
  EXPECT_NE(rest.multipart->parts[1].etag, "");
  EXPECT_EQ(rest.multipart->parts[1].grant.url, "");
  EXPECT_EQ(rest.multipart->parts[2].etag, "") << "it has not the size that was asked for";
}

TEST_F(PartsTest, WhatIsNotWholeIsNotTaken) {
  const auto content = Create();
  const UploadTicket ticket = BeginLarge(content.id);
  EXPECT_EQ(CodeOfFinish(content.id, ticket), "upload_incomplete");
  PutAll(ticket);
  PutPart(ticket, 4, 10);
  EXPECT_EQ(CodeOfFinish(content.id, ticket), "upload_incomplete");
  PutPart(ticket, 4, ticket.multipart->part_size);
  EXPECT_EQ(CodeOfFinish(content.id, ticket, {{1, "another"}}), "upload_incomplete");
  UploadTicket other = ticket;
  other.multipart->id = std::string(32, '0');
  EXPECT_EQ(CodeOfFinish(content.id, other), "upload_incomplete");
  other.key = Begin(content.id).key;
  EXPECT_EQ(CodeOfFinish(content.id, other), "key_not_acceptable");
  EXPECT_THAT(memory_.jobs, IsEmpty());
  const std::string etag = "\"" + Resume(content.id).multipart->parts[0].etag + "\"";
  EXPECT_EQ(CodeOfFinish(content.id, ticket, {{1, etag}}), "");
}

TEST_F(PartsTest, TheSweeperAbortsWhatNobodyFinishes) {
  const auto content = Create();
  const UploadTicket ticket = BeginLarge(content.id);
  PutPart(ticket, 1, 10);
  memory_.Leave(content.id, Now());
  Await(context_, sweeper_.Sweep());
  EXPECT_EQ(Resume(content.id).key, ticket.key) << "a day is not over";
  std::filesystem::last_write_time(folder_.path() / ".parts" / ticket.multipart->id / "key",
                                   std::filesystem::file_time_type::clock::now() - 25h);
  memory_.Leave(content.id, Now());
  Await(context_, sweeper_.Sweep());
  EXPECT_EQ(CodeOf(context_, large_.Resume(content.id, owner_.id, "http://h")), "no_unfinished_upload");
  EXPECT_TRUE(std::filesystem::is_empty(folder_.path() / ".parts"));
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
  EXPECT_THAT(grant.url,
              ::testing::MatchesRegex("http://h/media/[0-9]+\\.2\\.[A-Za-z0-9_-]+/c/j/1/master\\.m3u8"));
}

TEST_F(UploadsTest, AFileIsConvertedAgain) {
  const auto content = Create();
  const auto again = [&](Viewer who) {
    return CodeOf(context_, uploads_.ConvertAgain({}, content.id, who.id));
  };
  EXPECT_EQ(again(owner_), "upload_missing") << "nothing was uploaded";
  const UploadTicket ticket = Begin(content.id);
  Put(ticket.key);
  Await(context_, uploads_.Finish({}, content.id, owner_.id, ticket.key));
  EXPECT_EQ(again(owner_), "conversion_in_progress");
  Await(context_, jobs_.Fail(*Await(context_, jobs_.Lease(1min)), {"internal", "No luck."}));
  EXPECT_EQ(again(stranger_), "content_not_found");
  EXPECT_EQ(again(owner_), "");
  EXPECT_EQ(memory_.contents[content.id].state, domain::State::kQueued);
  EXPECT_FALSE(memory_.contents[content.id].failure);
  ASSERT_EQ(memory_.jobs.size(), 2);
  EXPECT_EQ(memory_.jobs.rbegin()->second.job.source_key, ticket.key);
  Await(context_, jobs_.Complete(*Await(context_, jobs_.Lease(1min)), "media/c/j/1/master.m3u8", {}));
  Await(context_, storage_->Delete({ticket.key}));
  EXPECT_EQ(again(owner_), "upload_missing") << "it was converted and removed";
}

TEST_F(UploadsTest, TypesOfOneKindAreExchanged) {
  const auto content = Create();
  const auto change = [&](domain::ContentType type) {
    return CodeOf(context_, catalog_.Change(content.id, owner_.id, {.type = type}));
  };
  EXPECT_EQ(change(domain::ContentType::kPodcast), "");
  EXPECT_EQ(memory_.contents[content.id].type, domain::ContentType::kPodcast);
  EXPECT_EQ(change(domain::ContentType::kVideo), "validation_failed");
  EXPECT_EQ(memory_.contents[content.id].type, domain::ContentType::kPodcast);
}

TEST_F(UploadsTest, ACoverIsChosenAndForgotten) {
  using namespace std::string_literals;
  const auto jpeg = [](char side) {
    return "\xFF\xD8\xFF\xC0\x00\x0B\x08"s + side + "\x80"s + side +
           "\x80\x01\x01\x11\x00\xFF\xDA\x00\x02..\xFF\xD9"s;
  };
  const auto content = Create();
  EXPECT_EQ(CodeOf(context_, covers_.Choose(content.id, stranger_.id, jpeg(2))), "content_not_found");
  EXPECT_EQ(CodeOf(context_, covers_.Choose(content.id, owner_.id, "GIF89a")), "validation_failed");
  EXPECT_EQ(CodeOf(context_, covers_.Choose(content.id, owner_.id, jpeg(3))), "validation_failed")
      << "896 pixels";
  EXPECT_THAT(Keys(), IsEmpty());
  const std::string first = *Await(context_, covers_.Choose(content.id, owner_.id, jpeg(2))).cover_key;
  EXPECT_THAT(first, ::testing::MatchesRegex("media/" + content.id.ToString() + "/cover/[0-9a-f]{32}\\.jpg"));
  EXPECT_EQ(Await(context_, storage_->Read(first)), jpeg(2));
  const std::string second = *Await(context_, covers_.Choose(content.id, owner_.id, jpeg(1))).cover_key;
  memory_.Leave(content.id, Now());
  Await(context_, sweeper_.Sweep());
  EXPECT_THAT(Keys(), ::testing::UnorderedElementsAre(first, second)) << "links to the first may be in use";
  const auto old = std::filesystem::file_time_type::clock::now() - 25h;
  for (const std::string& key : {first, second}) std::filesystem::last_write_time(folder_.path() / key, old);
  memory_.Leave(content.id, Now());
  Await(context_, sweeper_.Sweep());
  EXPECT_THAT(Keys(), ElementsAre(second));
  EXPECT_FALSE(Await(context_, covers_.Forget(content.id, owner_.id)).cover_key);
  memory_.Leave(content.id, Now());
  Await(context_, sweeper_.Sweep());
  EXPECT_THAT(Keys(), IsEmpty());
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
  EXPECT_THAT(Keys(),
              ::testing::UnorderedElementsAre(media + "/old/1/master.m3u8", media + "/old/complete.json",
                                              media + "/" + job + "/1/audio/0.m4s", source));
  EXPECT_EQ(Await(context_, sweeper_.Sweep()), 0);
}

TEST_F(UploadsTest, TheSweeperKeepsWhatTheMasterPlaylistLeadsTo) {
  const auto content = Create();
  const std::string job = "media/" + content.id.ToString() + "/j";
  const std::vector<std::string> used{job + "/1/audio-128k/0.m4s", job + "/1/audio-128k/index.m3u8",
                                      job + "/3/audio-256k/0.m4s", job + "/3/master.m3u8",
                                      job + "/complete.json",      job + "/first.json"};
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

TEST_F(UploadsTest, TheSweeperLeavesAloneWhatAJobBeginsToMakeMeanwhile) {
  const auto content = Create();
  const std::string media = "media/" + content.id.ToString();
  Put(media + "/old/1/0.m4s");
  leftovers_.after_use = [&](domain::ContentId) {
    return storage_->Write(media + "/new/1/0.m4s", "abc", {});
  };
  memory_.Leave(content.id, Now());
  EXPECT_EQ(Await(context_, sweeper_.Sweep()), 1);
  EXPECT_THAT(Keys(), ElementsAre(media + "/new/1/0.m4s"));
}

TEST_F(UploadsTest, WhatTheSweeperCannotTidyKeepsNothingElseFromIt) {
  const auto stuck = Create();
  const auto other = Create();
  for (const auto& content : {stuck, other}) {
    Put("media/" + content.id.ToString() + "/j/1/0.m4s");
    memory_.Leave(content.id, Now());
  }
  leftovers_.after_use = [&](domain::ContentId content) -> awaitable<void> {
    if (content == stuck.id)
      throw Error(ErrorKind::kUnavailable, "storage_unavailable", "It does not answer.");
    co_return;
  };
  EXPECT_EQ(Await(context_, sweeper_.Sweep()), 1);
  EXPECT_THAT(Keys(), ElementsAre(::testing::HasSubstr(stuck.id.ToString())));
  leftovers_.after_use = nullptr;
  EXPECT_EQ(Await(context_, sweeper_.Sweep()), 0) << "others come first";
  ASSERT_THAT(memory_.leftovers, ::testing::SizeIs(1));
  EXPECT_GT(memory_.leftovers[0].second, Now());
  memory_.leftovers[0].second = Now();
  EXPECT_EQ(Await(context_, sweeper_.Sweep()), 1) << "it stayed";
  EXPECT_THAT(Keys(), IsEmpty());
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
