// The service over a real gRPC server and channel, with the application on fakes.
#include "services/user/grpc/user_rpc.h"

#include <filesystem>
#include <future>
#include <thread>

#include <boost/asio/post.hpp>
#include <gmock/gmock.h>
#include <stdlib.h>

#include "descant/user/v1/user.grpc.pb.h"
#include "platform/rpc/client.h"
#include "services/user/testing/await.h"
#include "services/user/testing/service.h"

namespace descant::user {
namespace {

using namespace std::chrono_literals;
using testing::Await;
using testing::CodeOf;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using Stub = v1::UserService::Stub;

const std::string kSecret(32, 's');

class UserRpcTest : public ::testing::Test {
 protected:
  UserRpcTest() {
    AddUserService(server, {{service.authentication, service.accounts, service.changes, signal}});
    server.Start();
    runtime.OnShutdown("rpc", [this] { return server.Drain(); });
    thread = std::jthread([this] { runtime.Run(10min); });
  }
  ~UserRpcTest() override {
    runtime.Stop();
    thread.join();
    std::filesystem::remove_all(folder);
  }

  // Does `work` on the server's core, where the fakes live.
  template <class F>
  auto OnCore(F work) {
    std::packaged_task<std::invoke_result_t<F>()> task(std::move(work));
    auto result = task.get_future();
    asio::post(runtime.executor(0), std::move(task));
    return result.get();
  }

  app::SignedIn Register(const std::string& email) {
    return OnCore([this, email] {
      asio::io_context context;
      return Await(context,
                   service.authentication.Register({.email = email, .password = "12345678", .name = "Name"}));
    });
  }
  void Note(UserId id, ChangeKind kind) {
    OnCore([&] {
      service.tables.Note(id, kind);
      signal.Raise();
    });
  }

  awaitable<v1::GetUserByTokenResponse> GetUserByToken(std::string token) {
    v1::GetUserByTokenRequest request;
    request.set_access_token(std::move(token));
    return channel.Unary(*stub, &Stub::async_interface::GetUserByToken, std::move(request), Context{},
                         5000ms);
  }
  awaitable<v1::GetUsersResponse> GetUsers(std::vector<std::string> ids) {
    v1::GetUsersRequest request;
    for (std::string& id : ids) request.add_ids(std::move(id));
    return channel.Unary(*stub, &Stub::async_interface::GetUsers, std::move(request), Context{}, 5000ms);
  }
  rpc::ReadStream<v1::WatchChangesResponse> Watch(std::int64_t after) {
    auto request = std::make_shared<v1::WatchChangesRequest>();
    request->set_after(after);
    auto context = channel.Begin(Context{}, 10000ms);
    return {context, request,
            [&](auto* reactor) { stub->async()->WatchChanges(context.get(), request.get(), reactor); }};
  }
  static v1::WatchChangesResponse Next(rpc::ReadStream<v1::WatchChangesResponse>& stream) {
    v1::WatchChangesResponse message;
    EXPECT_TRUE(Await(stream.Read(message)));
    return message;
  }

  std::string folder = [] {
    std::string text = "/tmp/descant-user-rpc-XXXXXX";
    if (!mkdtemp(text.data())) throw std::runtime_error("mkdtemp failed");
    return text;
  }();
  testing::Service service;
  ChangeSignal signal;
  runtime::Runtime runtime{1};
  rpc::Server server{runtime, {.listen = "unix:" + folder + "/grpc", .internal_secret = kSecret}};
  rpc::Channel channel{{.target = "unix:" + folder + "/grpc", .internal_secret = kSecret}};
  std::unique_ptr<Stub> stub = channel.Stub<v1::UserService>();
  std::jthread thread;
};

TEST_F(UserRpcTest, TellsTheUserBehindAToken) {
  const app::SignedIn ada = Register("ada@example.org");
  const v1::GetUserByTokenResponse reply = Await(GetUserByToken(ada.access_token));
  EXPECT_EQ(reply.user().id(), ada.user.id.ToString());
  EXPECT_EQ(reply.user().email(), "ada@example.org");
  EXPECT_EQ(reply.user().name(), "Name");
  EXPECT_EQ(reply.user().created_at().nanos(), 678901000);
  EXPECT_TRUE(SessionId::Parse(reply.session_id()));
  const auto issued = std::chrono::floor<std::chrono::seconds>(service.now);
  EXPECT_EQ(reply.token_expires_at().seconds(), (issued + 15min).time_since_epoch().count());
}

TEST_F(UserRpcTest, RefusesTokensThatAreNotValidAnyMore) {
  const app::SignedIn ada = Register("ada@example.org");
  EXPECT_EQ(CodeOf(GetUserByToken("nonsense")), "token_invalid");
  EXPECT_EQ(CodeOf(GetUserByToken(ada.refresh_token)), "token_invalid");
  OnCore([&] {
    asio::io_context context;
    Await(context, service.authentication.LogoutByRefreshToken(ada.refresh_token));
  });
  EXPECT_EQ(CodeOf(GetUserByToken(ada.access_token)), "session_ended");
  OnCore([&] { service.now += 1h; });
  EXPECT_EQ(CodeOf(GetUserByToken(ada.access_token)), "token_expired");
  try {
    Await(GetUserByToken("nonsense"));
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::kUnauthenticated);
  }
}

TEST_F(UserRpcTest, TellsUsersInABatchAndLeavesOutWhatIsNone) {
  const std::string ada = Register("ada@example.org").user.id.ToString();
  const std::string bob = Register("bob@example.org").user.id.ToString();
  EXPECT_THAT(Await(GetUsers({ada, UserId::New().ToString(), "no id", bob})).users(), SizeIs(2));
  EXPECT_THAT(Await(GetUsers({})).users(), IsEmpty());
}

TEST_F(UserRpcTest, BoundsTheBatch) {
  const std::string ada = Register("ada@example.org").user.id.ToString();
  EXPECT_THAT(Await(GetUsers(std::vector<std::string>(500, ada))).users(), SizeIs(1));
  EXPECT_EQ(CodeOf(GetUsers(std::vector<std::string>(501, ada))), "too_many_ids");
}

TEST_F(UserRpcTest, StreamsWhatWasAndWhatHappens) {
  const UserId ada = UserId::New();
  for (int i = 0; i < 1200; ++i) Note(ada, ChangeKind::kProfile);
  auto stream = Watch(100);
  EXPECT_EQ(Next(stream).position().sequence(), 1200);
  for (int sequence = 101; sequence <= 1200; ++sequence) {
    ASSERT_EQ(Next(stream).change().sequence(), sequence);
  }
  Note(ada, ChangeKind::kSessions);
  const v1::WatchChangesResponse ended = Next(stream);
  EXPECT_EQ(ended.change().sequence(), 1201);
  EXPECT_EQ(ended.change().user_id(), ada.ToString());
  EXPECT_EQ(ended.change().kind(), v1::WatchChangesResponse::KIND_SESSIONS);
  Note(ada, ChangeKind::kDeleted);
  EXPECT_EQ(Next(stream).change().kind(), v1::WatchChangesResponse::KIND_DELETED);
}

TEST_F(UserRpcTest, ACallerAheadOfTheFeedGoesOnFromItsEnd) {
  Note(UserId::New(), ChangeKind::kProfile);
  auto stream = Watch(1000);
  EXPECT_EQ(Next(stream).position().sequence(), 1);
  Note(UserId::New(), ChangeKind::kProfile);
  EXPECT_EQ(Next(stream).change().sequence(), 2);
}

TEST_F(UserRpcTest, EveryStreamGetsEveryChange) {
  auto first = Watch(0);
  auto second = Watch(0);
  Next(first);
  Next(second);
  Note(UserId::New(), ChangeKind::kProfile);
  EXPECT_EQ(Next(first).change().sequence(), 1);
  EXPECT_EQ(Next(second).change().sequence(), 1);
}

TEST_F(UserRpcTest, StreamsEndWhenTheirCallerGoesAndWhenTheServerStops) {
  auto open = Watch(0);
  Next(open);
  {
    auto cancelled = Watch(0);
    Next(cancelled);
  }
  runtime.Stop();
  thread.join();  // which is not for the ten minutes of grace to end
  thread = std::jthread([] {});
  v1::WatchChangesResponse message;
  EXPECT_EQ(CodeOf(open.Read(message)), "stopping") << "so that the caller tries another copy";
}

}  // namespace
}  // namespace descant::user
