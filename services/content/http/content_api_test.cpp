// The routes over stores in memory.
#include "services/content/http/content_api.h"

#include <filesystem>
#include <fstream>

#include <gmock/gmock.h>

#include "platform/runtime/blocking.h"
#include "platform/storage/local.h"
#include "services/content/testing/in_memory.h"
#include "tests/support/await.h"
#include "tests/support/temporary_folder.h"

namespace descant::content::http {
namespace {

namespace web = descant::http;
using namespace std::chrono_literals;
using descant::tests::Await;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

// Everybody is the one viewer, until their session ends.
class OneUser final : public app::UserDirectory {
 public:
  awaitable<app::Viewer> ByToken(Context context, std::string) override {
    asked.push_back(std::move(context));
    if (ended) throw Error(ErrorKind::kUnauthenticated, "session_ended", "The session has ended.");
    co_return viewer;
  }
  app::Viewer viewer{domain::UserId::New(), "Ann"};
  std::vector<Context> asked;
  bool ended = false;
};

class HeardEvents final : public web::EventStream {
 public:
  awaitable<void> Send(std::string_view event, std::string_view) override {
    names.emplace_back(event);
    co_return;
  }
  awaitable<void> Comment() override { co_return; }
  std::vector<std::string> names;
};

class ContentApiTest : public ::testing::Test {
 protected:
  domain::Content Queued() {
    const auto content = Await(context_, catalog_.Create(users_.viewer, {.title = "Song"}));
    return Await(context_, jobs_.Queue({.content = content.id, .source_key = "uploads/x"}));
  }
  web::Response Send(web::Method method, const std::string& path, std::string body = "",
                     std::vector<web::Header> query = {}) {
    const web::Router::Match match = router_.Find(method, path);
    web::Request request;
    request.parameters = match.parameters;
    request.query = std::move(query);
    request.body = std::move(body);
    request.headers = {{"authorization", "Bearer token"}, {"content-type", "application/json"}};
    request.context = {.request_id = "r", .deadline = std::chrono::steady_clock::now() + 1h};
    return Await(context_, match.route->handler(request));
  }

  web::Response Get(const std::string& path) { return Send(web::Method::kGet, path); }

  asio::io_context& context_ = descant::tests::LastingLoop();
  tests::TemporaryFolder folder_;
  runtime::BlockingPool pool_{"files", 1, 10};
  std::unique_ptr<storage::Storage> storage_ =
      storage::OpenLocal({.directory = folder_.path(), .key = std::string(32, 'k')}, pool_);
  testing::Memory memory_;
  testing::InMemoryContents contents_{memory_};
  testing::InMemoryJobs jobs_{memory_};
  OneUser users_;
  app::Catalog catalog_{contents_};
  app::MediaLinks links_{*storage_, 6h};
  ContentPages pages_{catalog_, links_};
  app::Uploads uploads_{catalog_, contents_, jobs_, *storage_, {}};
  app::Covers covers_{catalog_, contents_, *storage_};
  app::Playback playback_{catalog_, *storage_, 1h};
  app::Playlists playlists_{*storage_, std::string(32, 'k')};
  app::Changes changes_;
  const web::Router router_ = MakeRouter(
      {users_, catalog_, pages_, uploads_, covers_, playback_, links_, playlists_, changes_, jobs_, nullptr});
};

TEST_F(ContentApiTest, WhatIsWrongWithStorageIsNotTold) {
  const std::string path = "/api/v1/contents/" + Queued().id.ToString() + "/cover";
  std::filesystem::remove_all(folder_.path());
  std::ofstream(folder_.path()) << "no folder";
  try {
    Send(web::Method::kPut, path, R"({"jpeg":"_9j_wAALCAHgAoABAREA_9oAAi4u_9k"})");
    FAIL() << "there is no storage";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), "storage_unavailable");
    EXPECT_EQ(error.detail(), "Storage is not available at the moment.");
    EXPECT_EQ(error.retry_after(), 1s);
  }
}

TEST_F(ContentApiTest, ASearchMayHaveTwoHundredCharacters) {
  const auto search = [this](const std::string& text) {
    return Send(web::Method::kGet, "/api/v1/contents", "", {{"q", text}}).status;
  };
  std::string text;
  for (int i = 0; i < 200; ++i) text += "ü";
  EXPECT_EQ(search(text), 200);
  EXPECT_THROW(search(text + "ü"), Error);
}

TEST_F(ContentApiTest, AStreamEndsWithTheSessionThatOpenedIt) {
  const web::Response response = Get("/api/v1/contents/" + Queued().id.ToString() + "/events");
  ASSERT_TRUE(response.events);
  users_.ended = true;
  HeardEvents heard;
  Await(context_, response.events(heard));
  EXPECT_THAT(heard.names, IsEmpty());
}

TEST_F(ContentApiTest, AStreamAsksForItsSessionBeyondTheTimeOfItsRequest) {
  const domain::Content content = Queued();
  const web::Response response = Get("/api/v1/contents/" + content.id.ToString() + "/events");
  memory_.contents[content.id].state = domain::State::kReady;
  HeardEvents heard;
  Await(context_, response.events(heard));
  EXPECT_THAT(heard.names, ElementsAre("state"));
  ASSERT_EQ(users_.asked.size(), 2);
  EXPECT_EQ(users_.asked.back().request_id, "r");
  EXPECT_EQ(users_.asked.back().deadline, std::chrono::steady_clock::time_point::max());
}

}  // namespace
}  // namespace descant::content::http
