// The contract of the content service's stores, held by the ones in memory and by PostgreSQL.
#include <map>

#include <gmock/gmock.h>

#include "platform/base/error.h"
#include "services/content/adapters/migrations.h"
#include "services/content/adapters/postgres_contents.h"
#include "services/content/adapters/postgres_jobs.h"
#include "services/content/testing/in_memory.h"
#include "tests/support/await.h"
#include "tests/support/servers.h"

namespace descant::content {
namespace {

using namespace std::chrono_literals;
using descant::tests::Await;
using descant::tests::CodeOf;
using domain::Content;
using domain::ContentId;
using domain::Job;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

struct Stores {
  virtual ~Stores() = default;
  virtual domain::Contents& contents() = 0;
  virtual domain::Jobs& jobs() = 0;
  virtual domain::Leftovers& leftovers() = 0;
};

struct MemoryStores final : Stores {
  testing::Memory memory;
  testing::InMemoryContents contents_{memory};
  testing::InMemoryJobs jobs_{memory};
  testing::InMemoryLeftovers leftovers_{memory};
  domain::Contents& contents() override { return contents_; }
  domain::Jobs& jobs() override { return jobs_; }
  domain::Leftovers& leftovers() override { return leftovers_; }
};

struct PostgresStores final : Stores {
  explicit PostgresStores(asio::io_context& context)
      : database(context.get_executor(), {.connection = Server().connection()}) {
    constexpr postgres::Query kEmpty{"empty",
                                     "TRUNCATE owners, contents, conversion_jobs, leftovers CASCADE"};
    Await(context, database.Execute(kEmpty));
  }
  static descant::tests::PostgresServer& Server() {
    static auto& server = *new descant::tests::PostgresServer;
    static const bool migrated = [] {
      asio::io_context context;
      Await(context, postgres::Migrate(context.get_executor(), server.connection(), adapters::Migrations()));
      return true;
    }();
    static_cast<void>(migrated);
    return server;
  }
  postgres::Database database;
  adapters::PostgresContents contents_{database, 0s};
  adapters::PostgresJobs jobs_{database, 0s};
  adapters::PostgresLeftovers leftovers_{database};
  domain::Contents& contents() override { return contents_; }
  domain::Jobs& jobs() override { return jobs_; }
  domain::Leftovers& leftovers() override { return leftovers_; }
};

enum class Kind { kMemory, kPostgres };

class StoresTest : public ::testing::TestWithParam<Kind> {
 protected:
  StoresTest() {
    if (GetParam() == Kind::kMemory) {
      stores_ = std::make_unique<MemoryStores>();
    } else {
      stores_ = std::make_unique<PostgresStores>(context_);
    }
  }
  ~StoresTest() override {
    stores_.reset();
    context_.restart();
    context_.poll();
  }

  Content Add(std::string title = "Title", domain::ContentType type = domain::ContentType::kMusic,
              domain::Visibility visibility = domain::Visibility::kPublic) {
    return Await(context_, contents().Add({.id = ContentId::New(),
                                           .owner = owner_,
                                           .title = std::move(title),
                                           .description = "About it",
                                           .type = type,
                                           .visibility = visibility}));
  }
  Content Find(ContentId id) { return Await(context_, contents().Find(id)).value(); }
  std::vector<std::string> Titles(domain::Listing listing) {
    std::vector<std::string> titles;
    for (const domain::Revision& listed : Await(context_, contents().List(std::move(listing))))
      titles.push_back(Find(listed.id).title);
    return titles;
  }
  void Queue(ContentId id, std::string key = "uploads/key") {
    Await(context_, jobs().Queue({.content = id, .source_key = std::move(key), .request_id = "request"}));
  }
  std::optional<Job> Lease(std::chrono::milliseconds duration = 1min) {
    return Await(context_, jobs().Lease(duration));
  }
  domain::Revision RevisionOf(ContentId id) {
    const auto found = Await(context_, contents().FindAll({id}));
    EXPECT_THAT(found, SizeIs(1));
    EXPECT_EQ(found.front().revision.id, id);
    return found.front().revision;
  }
  void Publish(ContentId id) {
    Queue(id);
    Await(context_, jobs().Complete(*Lease(), "media/" + id.ToString() + "/j/1/master.m3u8", media_));
  }
  domain::Contents& contents() { return stores_->contents(); }
  domain::Jobs& jobs() { return stores_->jobs(); }

  asio::io_context context_;
  std::unique_ptr<Stores> stores_;
  domain::Owner owner_{domain::UserId::New(), "Ann"};
  domain::Media media_{
      .kind = domain::MediaKind::kVideo,
      .duration_ms = 12345,
      .renditions = {{"hvc1.1.6.L93.B0", 2'000'000, 1280, 720, 29.97}, {"mp4a.40.2", 128'000, 0, 0, 0}},
      .loudness_lufs = -14.5,
      .loudness_range_lu = 6.5,
      .true_peak_dbtp = -0.3,
      .gapless = domain::Gapless{44'100, 1024, 208, 529'200},
      .tags = {.title = "Nocturne", .artist = "Ana", .date = "1999-05", .track = 3, .tracks = 12},
      .waveform_key = "media/x/j/1/waveform.json",
      .poster_key = "media/x/j/1/poster.jpg",
      .thumbnails_key = "media/x/j/1/thumbnails/thumbnails.vtt",
      .cover_large_key = "media/x/j/1/cover/large.jpg",
      .cover_small_key = "media/x/j/1/cover/small.jpg",
      .damaged = true};
};

INSTANTIATE_TEST_SUITE_P(All, StoresTest, ::testing::Values(Kind::kMemory, Kind::kPostgres),
                         [](const auto& test) {
                           return test.param == Kind::kMemory ? "Memory" : "Postgres";
                         });

TEST_P(StoresTest, KeepsWhatItIsGiven) {
  const Content added = Add("It's 100 % \"ünïcode\"");
  const Content found = Find(added.id);
  EXPECT_EQ(found.title, "It's 100 % \"ünïcode\"");
  EXPECT_EQ(found.owner.name, "Ann");
  EXPECT_EQ(found.state, domain::State::kDraft);
  EXPECT_FALSE(found.playable());
  EXPECT_EQ(Await(context_, contents().Find(ContentId::New())), std::nullopt);
}

TEST_P(StoresTest, ListsWhatIsPublishedNewestFirst) {
  const Content first = Add("first");
  const Content hidden = Add("hidden", domain::ContentType::kMusic, domain::Visibility::kUnlisted);
  const Content second = Add("second", domain::ContentType::kVideo);
  Add("draft");
  for (const ContentId id : {first.id, hidden.id, second.id}) Publish(id);
  EXPECT_THAT(Titles({}), ElementsAre("second", "first"));
  EXPECT_THAT(Titles({.limit = 1}), ElementsAre("second"));
  EXPECT_THAT(Titles({.before = second.id}), ElementsAre("first"));
  EXPECT_THAT(Titles({.type = domain::ContentType::kVideo}), ElementsAre("second"));
  EXPECT_THAT(Titles({.owner = owner_.id, .only_published = false}), SizeIs(4));
  EXPECT_THAT(Titles({.owner = owner_.id, .state = domain::State::kDraft, .only_published = false}),
              ElementsAre("draft"));
  EXPECT_THAT(Titles({.owner = domain::UserId::New()}), IsEmpty());
}

// Each of the contents but the first fails one filter, and no other.
TEST_P(StoresTest, ListsByAnySetOfFilters) {
  const Content all = Add("Title that has all");
  std::vector<ContentId> failing;
  failing.push_back(Add("Title", domain::ContentType::kMusic, domain::Visibility::kUnlisted).id);
  const domain::Owner owner = std::exchange(owner_, {domain::UserId::New(), "Bob"});
  failing.push_back(Add().id);
  owner_ = owner;
  failing.push_back(Add("Title", domain::ContentType::kVideo).id);
  failing.push_back(Add().id);
  const ContentId in_conversion = failing.back();
  failing.push_back(Add("Other").id);
  failing.push_back(Add().id);
  const ContentId last = failing.back();
  Publish(all.id);
  for (const ContentId id : failing) Publish(id);
  Queue(in_conversion);

  for (unsigned set = 0; set < 64; ++set) {
    domain::Listing listing{.only_published = (set & 1U) != 0};
    if (set & 2U) listing.owner = owner_.id;
    if (set & 4U) listing.type = domain::ContentType::kMusic;
    if (set & 8U) listing.state = domain::State::kReady;
    if (set & 16U) listing.text = "title";
    if (set & 32U) listing.before = last;
    std::vector<ContentId> expected;
    for (std::size_t i = failing.size(); i-- > 0;) {
      if (!(set >> i & 1U)) expected.push_back(failing[i]);
    }
    expected.push_back(all.id);
    std::vector<ContentId> listed;
    for (const domain::Revision& revision : Await(context_, contents().List(listing))) {
      listed.push_back(revision.id);
    }
    EXPECT_EQ(listed, expected) << "filters " << set;
  }
}

TEST_P(StoresTest, FindsAllThatAreStillThereAsTheyAre) {
  const ContentId first = Add("first").id;
  const ContentId gone = Add("gone").id;
  const ContentId second = Add("second").id;
  Publish(second);
  Await(context_, contents().Remove(gone));
  std::map<std::string, domain::RevisedContent> found;
  for (auto& each : Await(context_, contents().FindAll({first, gone, second})))
    found[each.content.title] = each;
  ASSERT_THAT(found, SizeIs(2));
  EXPECT_EQ(found.at("first").content.id, first);
  EXPECT_EQ(found.at("second").content.owner.name, "Ann");
  EXPECT_EQ(found.at("second").content.media->tags, media_.tags);
  EXPECT_THAT(Await(context_, contents().List({})), ElementsAre(found.at("second").revision));
  EXPECT_THAT(Await(context_, contents().FindAll({})), IsEmpty());
}

TEST_P(StoresTest, WhateverChangesMakesAnotherRevision) {
  const ContentId id = Add().id;
  owner_ = {domain::UserId::New(), "Bob"};
  const ContentId other = Add().id;
  const domain::Revision untouched = RevisionOf(other);
  const domain::UserId ann = Find(id).owner.id;
  domain::Revision last = RevisionOf(id);
  EXPECT_EQ(RevisionOf(id), last) << "of the same content";
  const auto changed_by = [&](const char* what) {
    EXPECT_NE(RevisionOf(id), last) << what;
    last = RevisionOf(id);
  };
  Await(context_, contents().Change(id, {.title = "after"}));
  changed_by("a change");
  Await(context_, contents().SetCover(id, "covers/x/1.jpg"));
  changed_by("a cover");
  Await(context_, contents().RenameOwner({ann, "Anna"}));
  changed_by("the owner's new name");
  Queue(id);
  changed_by("a conversion in the queue");
  const Job job = *Lease();
  changed_by("a conversion under way");
  Await(context_, jobs().Report(job, {0.25, 8, 12.5}));
  changed_by("progress");
  Await(context_, jobs().ReportPlayable(job, {"media/x/j/1/master.m3u8", media_}));
  changed_by("something to play");
  Await(context_, jobs().Complete(job, "media/x/j/1/master.m3u8", media_));
  changed_by("the end of a conversion");
  EXPECT_EQ(RevisionOf(other), untouched);
}

TEST_P(StoresTest, FindsTextAsItIsTyped) {
  for (const char* title : {"A 100% song", "A 100 song", "Under_score", "Underxscore"})
    Publish(Add(title).id);
  EXPECT_THAT(Titles({.text = "100%"}), ElementsAre("A 100% song"));
  EXPECT_THAT(Titles({.text = "r_S"}), ElementsAre("Under_score"));
  EXPECT_THAT(Titles({.text = "about"}), SizeIs(4)) << "the description counts";
}

TEST_P(StoresTest, ChangesWhatIsGivenAndNothingElse) {
  const Content content = Add("before");
  const auto changed = Await(context_, contents().Change(content.id, {.title = "after"}));
  EXPECT_EQ(changed->title, "after");
  EXPECT_EQ(changed->description, "About it");
  EXPECT_EQ(changed->visibility, domain::Visibility::kPublic);
  EXPECT_EQ(Await(context_, contents().Change(ContentId::New(), {.title = "after"})), std::nullopt);
}

TEST_P(StoresTest, ATypeAndACoverAreChanged) {
  const ContentId id = Add().id;
  EXPECT_EQ(Find(id).cover_key, std::nullopt);
  const auto changed = Await(context_, contents().Change(id, {.type = domain::ContentType::kPodcast}));
  EXPECT_EQ(changed->type, domain::ContentType::kPodcast);
  EXPECT_EQ(changed->title, "Title");
  EXPECT_EQ(Await(context_, contents().SetCover(id, "media/c/cover/x.jpg"))->cover_key,
            "media/c/cover/x.jpg");
  EXPECT_EQ(Find(id).cover_key, "media/c/cover/x.jpg");
  EXPECT_EQ(Await(context_, stores_->leftovers().Use(id)).cover_key, "media/c/cover/x.jpg");
  EXPECT_EQ(Await(context_, contents().SetCover(id, std::nullopt))->cover_key, std::nullopt);
  EXPECT_FALSE(Await(context_, contents().SetCover(ContentId::New(), std::nullopt)));
}

TEST_P(StoresTest, TheLatestSourceIsRemembered) {
  const ContentId id = Add().id;
  EXPECT_EQ(Await(context_, jobs().LatestSource(id)), std::nullopt);
  Queue(id, "uploads/first");
  Await(context_, jobs().Fail(*Lease(), {"internal", "No luck."}));
  Queue(id, "uploads/second");
  EXPECT_EQ(Await(context_, jobs().LatestSource(id)), "uploads/second");
  Await(context_, jobs().Fail(*Lease(), {"internal", "No luck."}));
  EXPECT_EQ(Await(context_, jobs().LatestSource(id)), "uploads/second");
}

TEST_P(StoresTest, OneJobAtATime) {
  const Content content = Add();
  Queue(content.id);
  EXPECT_EQ(Find(content.id).state, domain::State::kQueued);
  EXPECT_EQ(CodeOf(context_, jobs().Queue({.content = content.id, .source_key = "k"})),
            "conversion_in_progress");
  EXPECT_EQ(CodeOf(context_, jobs().Queue({.content = ContentId::New(), .source_key = "k"})),
            "content_not_found");
}

TEST_P(StoresTest, ALeaseIsExclusiveAndFenced) {
  const Content content = Add();
  Queue(content.id);
  const auto first = Lease(-1ms);  // has run out already
  ASSERT_TRUE(first);
  EXPECT_EQ(first->attempt, 1);
  EXPECT_EQ(first->request_id, "request");
  EXPECT_EQ(Find(content.id).state, domain::State::kProcessing);
  const auto second = Lease();
  ASSERT_TRUE(second);
  EXPECT_EQ(second->id, first->id);
  EXPECT_EQ(second->attempt, 2);
  EXPECT_EQ(second->losses, 1);
  EXPECT_EQ(Lease(), std::nullopt) << "it is leased";

  EXPECT_FALSE(Await(context_, jobs().Extend(*first, 1min)));
  EXPECT_FALSE(Await(context_, jobs().Report(*first, {0.9, 1, 1})));
  EXPECT_FALSE(Await(context_, jobs().ReportPlayable(*first, {"media/stale/master.m3u8", media_, true})));
  EXPECT_FALSE(Await(context_, jobs().Complete(*first, "media/stale/master.m3u8", media_)));
  EXPECT_FALSE(Await(context_, jobs().Fail(*first, {"internal", ""})));
  EXPECT_FALSE(Await(context_, jobs().Release(*first, 0ms, domain::Jobs::Reason::kLoss)));
  EXPECT_FALSE(Find(content.id).playable());
  EXPECT_EQ(Find(content.id).state, domain::State::kProcessing);

  EXPECT_TRUE(Await(context_, jobs().Extend(*second, 1min)));
  EXPECT_TRUE(Await(context_, jobs().Complete(*second, "media/x/j/2/master.m3u8", media_)));
  EXPECT_FALSE(Await(context_, jobs().Complete(*second, "media/x/j/2/master.m3u8", media_))) << "once";
}

TEST_P(StoresTest, AConversionTellsHowItGoes) {
  const Content content = Add();
  Queue(content.id);
  const Job job = *Lease();
  EXPECT_TRUE(Await(context_, jobs().Report(job, {0.25, 8, 12.5})));
  EXPECT_EQ(Find(content.id).progress->eta_seconds, 12.5);
  EXPECT_TRUE(
      Await(context_, jobs().ReportPlayable(job, {"media/x/j/1/master.m3u8", {.duration_ms = 12000}})));
  EXPECT_TRUE(Find(content.id).playable());
  EXPECT_EQ(Find(content.id).state, domain::State::kProcessing);
  EXPECT_EQ(Find(content.id).media->duration_ms, 12000);
  EXPECT_TRUE(Await(context_, jobs().Complete(job, "media/x/j/1/master.m3u8", media_)));
  const Content ready = Find(content.id);
  EXPECT_EQ(ready.state, domain::State::kReady);
  EXPECT_FALSE(ready.progress);
  EXPECT_EQ(ready.media->duration_ms, 12345);
  EXPECT_EQ(ready.media->loudness_lufs, -14.5);
  EXPECT_EQ(ready.media->loudness_range_lu, 6.5);
  EXPECT_EQ(ready.media->true_peak_dbtp, -0.3);
  EXPECT_EQ(ready.media->gapless, media_.gapless);
  EXPECT_TRUE(ready.media->damaged);
  EXPECT_EQ(ready.media->tags, media_.tags);
  EXPECT_EQ(ready.media->waveform_key, media_.waveform_key);
  EXPECT_EQ(ready.media->poster_key, media_.poster_key);
  EXPECT_EQ(ready.media->thumbnails_key, media_.thumbnails_key);
  EXPECT_EQ(ready.media->cover_large_key, media_.cover_large_key);
  EXPECT_EQ(ready.media->cover_small_key, media_.cover_small_key);
  ASSERT_THAT(ready.media->renditions, SizeIs(2));
  EXPECT_EQ(ready.media->renditions[0].codec, "hvc1.1.6.L93.B0");
  EXPECT_EQ(ready.media->renditions[0].frame_rate, 29.97);
}

TEST_P(StoresTest, AFailedReconversionLeavesWhatPlays) {
  const Content content = Add();
  Publish(content.id);
  const std::string playing = *Find(content.id).media_key;
  Queue(content.id);
  const Job job = *Lease();
  EXPECT_TRUE(Await(context_, jobs().ReportPlayable(job, {"media/new/master.m3u8", media_})));
  EXPECT_EQ(Find(content.id).media_key, playing) << "until the new one is whole";
  EXPECT_TRUE(Await(context_, jobs().Fail(job, {"damaged", "It is damaged."})));
  EXPECT_EQ(Find(content.id).state, domain::State::kFailed);
  EXPECT_EQ(Find(content.id).failure->code, "damaged");
  EXPECT_EQ(Find(content.id).media_key, playing);
  EXPECT_TRUE(Find(content.id).media);
}

TEST_P(StoresTest, AFailureTakesBackWhatWasPlayableTooEarly) {
  const Content content = Add();
  Queue(content.id);
  const Job job = *Lease();
  Await(context_, jobs().ReportPlayable(job, {"media/x/j/1/master.m3u8", media_}));
  Await(context_, jobs().Fail(job, {"damaged", ""}));
  EXPECT_FALSE(Find(content.id).playable());
  EXPECT_FALSE(Find(content.id).media);
}

TEST_P(StoresTest, ALaterAttemptTakesOverWhatIsPlayable) {
  const Content content = Add();
  Queue(content.id);
  const Job lost = *Lease(-1ms);
  Await(context_, jobs().ReportPlayable(lost, {"media/x/j/1/master.m3u8", media_}));
  const Job job = *Lease();
  EXPECT_EQ(Find(content.id).media_key, "media/x/j/1/master.m3u8") << "until there is another";
  Await(context_, jobs().ReportPlayable(job, {"media/x/j/2/master.m3u8", media_}));
  EXPECT_EQ(Find(content.id).media_key, "media/x/j/2/master.m3u8");
}

TEST_P(StoresTest, WhatIsWholeStaysWhenTheRestOfItsJobFails) {
  const Content content = Add();
  Publish(content.id);
  const std::string before = *Find(content.id).media_key;
  Queue(content.id);
  const Job job = *Lease();
  const std::string key = "media/" + content.id.ToString() + "/" + job.id.ToString() + "/1/master.m3u8";
  EXPECT_TRUE(Await(context_, jobs().ReportPlayable(job, {key, media_, false})));
  EXPECT_EQ(Find(content.id).media_key, before);
  EXPECT_TRUE(Await(context_, jobs().ReportPlayable(job, {key, {.duration_ms = 7000}, true})));
  EXPECT_EQ(Find(content.id).media_key, key) << "it is whole";
  EXPECT_EQ(Find(content.id).media->duration_ms, 7000);
  EXPECT_TRUE(Await(context_, jobs().Fail(job, {"internal", ""})));
  const Content after = Find(content.id);
  EXPECT_EQ(after.state, domain::State::kReady);
  EXPECT_FALSE(after.failure);
  EXPECT_EQ(after.media_key, key);
  EXPECT_EQ(after.media->duration_ms, 7000);
}

TEST_P(StoresTest, AReleasedJobComesBackWhenItIsDue) {
  Queue(Add().id);
  EXPECT_TRUE(Await(context_, jobs().Release(*Lease(), 0ms, domain::Jobs::Reason::kFailure)));
  const Job again = *Lease();
  EXPECT_EQ(again.failures, 1);
  EXPECT_EQ(again.losses, 0);
  EXPECT_TRUE(Await(context_, jobs().Release(again, 1h, domain::Jobs::Reason::kNobodyFree)));
  EXPECT_EQ(Lease(), std::nullopt);
}

TEST_P(StoresTest, OpenJobsAreCounted) {
  const auto count = [this] { return Await(context_, jobs().CountOpen()); };
  EXPECT_EQ(count().queued, 0);
  Queue(Add().id);
  Queue(Add().id);
  EXPECT_EQ(count().queued, 2);
  const Job job = *Lease();
  EXPECT_EQ(count().queued, 1);
  EXPECT_EQ(count().running, 1);
  EXPECT_TRUE(Await(context_, jobs().Fail(job, {"internal", ""})));
  EXPECT_EQ(count().queued, 1);
  EXPECT_EQ(count().running, 0);
}

TEST_P(StoresTest, WhatIsRemovedLeavesItsStorageToTheSweeper) {
  const Content content = Add();
  Queue(content.id, "uploads/source");
  const Job job = *Lease();
  const auto use = Await(context_, stores_->leftovers().Use(content.id));
  EXPECT_TRUE(use.exists);
  EXPECT_EQ(use.source_key, "uploads/source");
  EXPECT_THAT(use.open_jobs, ElementsAre(job.id));
  EXPECT_TRUE(Await(context_, contents().Remove(content.id)));
  EXPECT_FALSE(Await(context_, contents().Remove(content.id)));
  EXPECT_FALSE(Await(context_, jobs().Extend(job, 1min)));
  EXPECT_FALSE(Await(context_, stores_->leftovers().Use(content.id)).exists);
  const auto due = Await(context_, stores_->leftovers().Due(10));
  ASSERT_THAT(due, SizeIs(2));
  EXPECT_EQ(due[0].content, content.id);
  Await(context_, stores_->leftovers().Postpone(due[0], 60s));
  EXPECT_THAT(Await(context_, stores_->leftovers().Due(10)), SizeIs(1));
  Await(context_, stores_->leftovers().Postpone(due[0], 0s));
  EXPECT_THAT(Await(context_, stores_->leftovers().Due(10)), SizeIs(2));
  for (const auto& leftover : due) Await(context_, stores_->leftovers().Done(leftover));
  EXPECT_THAT(Await(context_, stores_->leftovers().Due(10)), IsEmpty());
}

TEST_P(StoresTest, OwnersAreRenamedAndGoWithAllTheyHave) {
  const Content content = Add();
  const domain::Owner other{domain::UserId::New(), "Bob"};
  Await(context_, contents().Add({.id = ContentId::New(), .owner = other, .title = "Bob's"}));
  Await(context_, contents().RenameOwner({owner_.id, "Anna"}));
  EXPECT_EQ(Find(content.id).owner.name, "Anna");
  EXPECT_EQ(Find(Add().id).owner.name, "Anna") << "whatever the new content says";
  Await(context_, contents().RemoveOwner(owner_.id));
  EXPECT_EQ(Await(context_, contents().Find(content.id)), std::nullopt);
  EXPECT_THAT(Titles({.only_published = false}), ElementsAre("Bob's"));
}

TEST(PostgresStoresTest, OwnersOfAnyNumberOfContentsAreRenamedAndRemoved) {
  constexpr postgres::Query kAddMany{
      "add_many",
      "INSERT INTO contents (id, owner_id, owner_name, title, description, type, visibility)"
      " SELECT gen_random_uuid(), c.owner_id, c.owner_name, c.title, c.description, c.type, c.visibility"
      " FROM contents c, generate_series(1, 2500)"};
  constexpr postgres::Query kCountNamed{"count_named", "SELECT count(*) FROM contents WHERE owner_name = $1"};
  constexpr postgres::Query kCountLeft{
      "count_left",
      "SELECT (SELECT count(*) FROM contents) + (SELECT count(*) FROM owners),"
      " (SELECT count(DISTINCT content_id) FROM leftovers)"};
  asio::io_context context;
  PostgresStores stores(context);
  const domain::Owner owner{domain::UserId::New(), "Ann"};
  Await(context, stores.contents_.Add({.id = ContentId::New(), .owner = owner, .title = "Title"}));
  Await(context, stores.database.Execute(kAddMany));
  Await(context, stores.contents_.RenameOwner({owner.id, "Anna"}));
  EXPECT_EQ(Await(context, stores.database.Execute(kCountNamed, "Anna")).front()[0].As<std::int64_t>(), 2501);
  Await(context, stores.contents_.RemoveOwner(owner.id));
  const postgres::Rows left = Await(context, stores.database.Execute(kCountLeft));
  EXPECT_EQ(left.front()[0].As<std::int64_t>(), 0);
  EXPECT_EQ(left.front()[1].As<std::int64_t>(), 2501);
}

}  // namespace
}  // namespace descant::content
