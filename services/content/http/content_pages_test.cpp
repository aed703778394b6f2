// Pages show what is in the store at that moment, and read what is new in it alone.
#include "services/content/http/content_pages.h"

#include <boost/json.hpp>
#include <gmock/gmock.h>

#include "platform/runtime/blocking.h"
#include "platform/storage/local.h"
#include "services/content/http/content_json.h"
#include "services/content/testing/in_memory.h"
#include "tests/support/await.h"
#include "tests/support/temporary_folder.h"

namespace descant::content::http {
namespace {

namespace json = boost::json;
using namespace std::chrono_literals;
using descant::tests::Await;
using domain::ContentId;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

// Notes what is read, and lets something happen before it is.
class WatchedContents final : public testing::InMemoryContents {
 public:
  using InMemoryContents::InMemoryContents;
  awaitable<std::vector<domain::RevisedContent>> FindAll(std::vector<ContentId> ids) override {
    read = ids;
    if (before_reading) before_reading();
    co_return co_await InMemoryContents::FindAll(std::move(ids));
  }
  std::vector<ContentId> read;
  std::function<void()> before_reading;
};

class ContentPagesTest : public ::testing::Test {
 protected:
  ContentId Add(std::string title) {
    const auto id = ContentId::New();
    Await(context_, contents_.Add({.id = id,
                                   .owner = owner_,
                                   .title = std::move(title),
                                   .visibility = domain::Visibility::kPublic,
                                   .state = domain::State::kReady,
                                   .media_key = "media/c/j/1/master.m3u8",
                                   .media = domain::Media{.waveform_key = "media/c/j/1/waveform.json"}}));
    return id;
  }
  std::string Page(domain::Listing listing = {}) {
    contents_.read.clear();
    return Await(context_, pages_.Page(std::move(listing)));
  }
  // Or the error's code.
  std::string One(ContentId id, std::optional<domain::UserId> viewer = std::nullopt) {
    try {
      return Await(context_, pages_.One(id, viewer));
    } catch (const Error& error) {
      return error.code();
    }
  }
  std::vector<std::string> Titles(const std::string& page) {
    std::vector<std::string> titles;
    for (const json::value& item : json::parse(page).at("items").as_array()) {
      titles.emplace_back(item.at("title").as_string());
    }
    return titles;
  }
  std::string TextOf(ContentId id) { return json::serialize(ToJson(memory_.contents.at(id), links_)); }

  asio::io_context context_;
  tests::TemporaryFolder folder_;
  runtime::BlockingPool pool_{"files", 1, 10};
  std::unique_ptr<storage::Storage> storage_ =
      storage::OpenLocal({.directory = folder_.path(), .key = std::string(32, 'k')}, pool_);
  app::MediaLinks links_{*storage_, 6h};
  testing::Memory memory_;
  WatchedContents contents_{memory_};
  app::Catalog catalog_{contents_};
  ContentPages pages_{catalog_, links_};
  domain::Owner owner_{domain::UserId::New(), "Ann"};
};

TEST_F(ContentPagesTest, AreTheContentsOneByOne) {
  EXPECT_EQ(Page(), R"({"items":[],"next_cursor":null})");
  const ContentId first = Add("first \"quoted\"");
  EXPECT_EQ(Page(), R"({"items":[)" + TextOf(first) + R"(],"next_cursor":null})");
  const ContentId second = Add("second");
  EXPECT_EQ(Page(), R"({"items":[)" + TextOf(second) + "," + TextOf(first) + R"(],"next_cursor":null})");
}

TEST_F(ContentPagesTest, AreShownOneByOneToWhomTheyMayBe) {
  const ContentId id = Add("first");
  EXPECT_EQ(One(id), TextOf(id));
  EXPECT_THAT(contents_.read, ElementsAre(id));
  contents_.read.clear();
  EXPECT_EQ(One(id, domain::UserId::New()), TextOf(id));
  EXPECT_THAT(contents_.read, IsEmpty()) << "it is kept";
  Await(context_, contents_.Change(id, {.title = "renamed", .visibility = domain::Visibility::kPrivate}));
  for (int i = 0; i < 2; ++i) {  // anew, and kept
    EXPECT_EQ(One(id), "content_not_found");
    EXPECT_EQ(One(id, domain::UserId::New()), "content_not_found");
    EXPECT_EQ(One(id, owner_.id), TextOf(id));
  }
  contents_.before_reading = [&] { memory_.contents.erase(id); };
  memory_.Change(id).title = "changed, and gone meanwhile";
  EXPECT_EQ(One(id, owner_.id), "content_not_found");
  EXPECT_EQ(One(id, owner_.id), "content_not_found");
}

TEST_F(ContentPagesTest, LeadToTheNext) {
  std::vector<ContentId> ids;
  for (const char* title : {"1", "2", "3"}) ids.push_back(Add(title));
  EXPECT_EQ(Page({.limit = 2}), R"({"items":[)" + TextOf(ids[2]) + "," + TextOf(ids[1]) +
                                    R"(],"next_cursor":")" + CursorOf(ids[1]) + R"("})");
  EXPECT_EQ(Page({.before = ids[1], .limit = 2}),
            R"({"items":[)" + TextOf(ids[0]) + R"(],"next_cursor":null})");
}

TEST_F(ContentPagesTest, ReadWhatIsNewAlone) {
  const ContentId first = Add("first");
  const ContentId second = Add("second");
  const std::string page = Page();
  EXPECT_THAT(contents_.read, ElementsAre(second, first));
  EXPECT_EQ(Page(), page);
  EXPECT_THAT(contents_.read, IsEmpty());
  EXPECT_THAT(Titles(Page({.owner = owner_.id, .only_published = false})), ElementsAre("second", "first"));
  EXPECT_THAT(contents_.read, IsEmpty()) << "whatever list it is in";
  const ContentId third = Add("third");
  EXPECT_THAT(Titles(Page()), ElementsAre("third", "second", "first"));
  EXPECT_THAT(contents_.read, ElementsAre(third));
}

TEST_F(ContentPagesTest, ShowEveryChangeAtOnce) {
  const ContentId first = Add("first");
  const ContentId second = Add("second");
  Page();
  Await(context_, contents_.Change(first, {.title = "renamed"}));
  EXPECT_THAT(Titles(Page()), ElementsAre("second", "renamed"));
  EXPECT_THAT(contents_.read, ElementsAre(first));
  Await(context_, contents_.RenameOwner({owner_.id, "Anna"}));
  EXPECT_EQ(Page(), R"({"items":[)" + TextOf(second) + "," + TextOf(first) + R"(],"next_cursor":null})");
  EXPECT_THAT(Page(), ::testing::HasSubstr("Anna"));
  Await(context_, contents_.Change(first, {.visibility = domain::Visibility::kPrivate}));
  EXPECT_THAT(Titles(Page()), ElementsAre("second"));
  Await(context_, contents_.Remove(second));
  EXPECT_THAT(Titles(Page()), IsEmpty());
}

TEST_F(ContentPagesTest, LeaveOutWhatGoesOrIsHiddenMeanwhile) {
  const ContentId gone = Add("gone");
  Add("stays");
  const ContentId hidden = Add("hidden");
  contents_.before_reading = [&] {
    memory_.contents.erase(gone);
    memory_.Change(hidden).visibility = domain::Visibility::kPrivate;
  };
  EXPECT_THAT(Titles(Page()), ElementsAre("stays"));
  contents_.before_reading = nullptr;
  EXPECT_THAT(Titles(Page({.owner = owner_.id, .only_published = false})), ElementsAre("hidden", "stays"));
  EXPECT_THAT(Titles(Page()), ElementsAre("stays"));
}

TEST_F(ContentPagesTest, CanBeOfMoreThanIsKept) {
  for (int i = 0; i < 30; ++i) {
    const ContentId id = Add("long " + std::to_string(i));
    memory_.Change(id).description = std::string(300'000, 'x');
  }
  EXPECT_THAT(Titles(Page({.limit = 100})), SizeIs(30));
  EXPECT_THAT(Titles(Page({.limit = 100})), SizeIs(30));
}

}  // namespace
}  // namespace descant::content::http
