// How calls and servers end: draining, crashes, loops that stop, sockets that are left behind.
#include <atomic>
#include <csignal>
#include <cstdlib>
#include <future>
#include <thread>

#include <gmock/gmock.h>
#include <grpcpp/create_channel.h>
#include <spawn.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "descant/user/v1/user.grpc.pb.h"
#include "grpc/health/v1/health.grpc.pb.h"
#include "grpc/reflection/v1alpha/reflection.grpc.pb.h"
#include "platform/rpc/client.h"
#include "platform/rpc/raw_call_testing.h"
#include "platform/rpc/server.h"
#include "tests/support/await.h"
#include "tests/support/temporary_folder.h"

namespace descant::rpc {
namespace {

using namespace std::chrono_literals;
using descant::tests::Await;
using descant::tests::LastingLoop;
using runtime::Nothing;
using runtime::Promise;
namespace pb = descant::user::v1;
namespace health = grpc::health::v1;
namespace reflection = grpc::reflection::v1alpha;

constexpr const char* kSecret = "a secret that only the services know";
constexpr int kEndless = 100'000;

const google::protobuf::ServiceDescriptor* UserService() {
  return pb::User::descriptor()->file()->FindServiceByName("UserService");
}

// One server with a handler for each way to end.
class EndingTest : public ::testing::Test {
 protected:
  ~EndingTest() override {
    release_.Set({});
    if (server_) Drain();
    runtime_.Stop();
    if (thread_.joinable()) thread_.join();
  }

  void Start(std::chrono::milliseconds patience = 30s) {
    server_ = std::make_unique<Server>(
        runtime_, ServerSettings{.listen = target(), .internal_secret = kSecret, .patience = patience});
    server_->Add(UserService());
    server_->Unary<pb::GetUserByTokenRequest, pb::GetUserByTokenResponse>(
        "/descant.user.v1.UserService/GetUserByToken",
        [this](const pb::GetUserByTokenRequest& request, ServerCall& call, std::size_t)
            -> awaitable<pb::GetUserByTokenResponse> { return Answer(request.access_token(), call); });
    server_->Unary<pb::GetUsersRequest, pb::GetUsersResponse>(
        "/descant.user.v1.UserService/GetUsers",
        [](const pb::GetUsersRequest&, ServerCall&, std::size_t) -> awaitable<pb::GetUsersResponse> {
          co_return pb::GetUsersResponse();
        });
    server_->Stream<pb::WatchChangesRequest>(
        "/descant.user.v1.UserService/WatchChanges",
        [this](const pb::WatchChangesRequest&, ServerCall& call, std::size_t) -> awaitable<void> {
          pb::WatchChangesResponse message;
          message.mutable_change()->set_user_id(std::string(10'000, 'x'));
          while (written_ < kEndless) {
            co_await call.Write(message);
            if (++written_ == 3) begun_.Set({});
          }
        });
    server_->Start();
    if (!thread_.joinable()) thread_ = std::thread([this] { runtime_.Run(100ms); });
  }

  // Tells when it runs and when it is told to end; ends only when the test lets it.
  awaitable<pb::GetUserByTokenResponse> Answer(std::string wish, ServerCall& call) {
    if (wish == "throw 42") throw 42;
    call.OnCancel([told = told_] { told.Set({}); });
    begun_.Set({});
    co_await release_.Wait();
    pb::GetUserByTokenResponse reply;
    reply.set_session_id("answered");
    co_return reply;
  }

  void Drain() {
    Await(loop_, server_->Drain());
    server_.reset();
  }

  std::string path() const { return (folder_.path() / "rpc.sock").string(); }
  std::string target() const { return "unix:" + path(); }

  // Without the channel's retries: what the server says is what the test sees.
  template <class Service>
  std::unique_ptr<typename Service::Stub> Stub() const {
    grpc::ChannelArguments arguments;
    arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
    return Service::NewStub(
        grpc::CreateCustomChannel(target(), grpc::InsecureChannelCredentials(), arguments));
  }
  static void Prepare(grpc::ClientContext& context) {
    context.AddMetadata("x-descant-secret", kSecret);
    context.set_deadline(std::chrono::system_clock::now() + 60s);
  }
  static grpc::Status Ask(pb::UserService::Stub& stub, std::string wish, pb::GetUserByTokenResponse& reply) {
    grpc::ClientContext context;
    Prepare(context);
    pb::GetUserByTokenRequest request;
    request.set_access_token(std::move(wish));
    return stub.GetUserByToken(&context, request, &reply);
  }

  // A call of bytes.
  grpc::Status Send(const std::string& method, const std::string& bytes) const {
    grpc::ClientContext context;
    Prepare(context);
    return CallRaw(grpc::CreateChannel(target(), grpc::InsecureChannelCredentials()), context, method, bytes);
  }

  descant::tests::TemporaryFolder folder_;
  runtime::Runtime runtime_{2};
  std::unique_ptr<Server> server_;
  std::thread thread_;
  asio::io_context& loop_ = LastingLoop();
  Promise<Nothing> begun_;
  Promise<Nothing> told_;
  Promise<Nothing> release_;
  std::atomic<int> written_{0};
};

TEST_F(EndingTest, ACallInFlightStillAnswersWhileTheServerDrains) {
  Start();
  const auto stub = Stub<pb::UserService>();
  pb::GetUserByTokenResponse reply;
  auto status = std::async(std::launch::async, [&] { return Ask(*stub, "", reply); });
  Await(loop_, begun_.Wait());
  auto drained = std::async(std::launch::async, [&] { Await(LastingLoop(), server_->Drain()); });
  Await(loop_, told_.Wait());
  release_.Set({});
  EXPECT_TRUE(status.get().ok());
  EXPECT_EQ(reply.session_id(), "answered");
  drained.get();
}

TEST_F(EndingTest, ADrainingServerIsNotServingAndRefusesNewCalls) {
  Start();
  const auto stub = Stub<pb::UserService>();
  const auto health_stub = Stub<health::Health>();
  health::HealthCheckResponse state;
  grpc::ClientContext watching;
  Prepare(watching);
  const auto watch = health_stub->Watch(&watching, {});
  ASSERT_TRUE(watch->Read(&state));
  EXPECT_EQ(state.status(), health::HealthCheckResponse::SERVING);

  pb::GetUserByTokenResponse reply;
  auto running = std::async(std::launch::async, [&] { return Ask(*stub, "", reply); });
  Await(loop_, begun_.Wait());
  auto drained = std::async(std::launch::async, [&] { Await(LastingLoop(), server_->Drain()); });
  Await(loop_, told_.Wait());
  const std::uint64_t handled = server_->handled();

  const auto refused_stub = Stub<pb::UserService>();
  pb::GetUserByTokenResponse none;
  const grpc::Status refused = Ask(*refused_stub, "", none);
  EXPECT_EQ(refused.error_code(), grpc::StatusCode::UNAVAILABLE);
  EXPECT_EQ(ToError(refused).code(), "stopping");
  EXPECT_EQ(server_->handled(), handled);
  grpc::ClientContext checking;
  Prepare(checking);
  EXPECT_TRUE(health_stub->Check(&checking, {}, &state).ok());
  EXPECT_EQ(state.status(), health::HealthCheckResponse::NOT_SERVING);
  ASSERT_TRUE(watch->Read(&state));
  EXPECT_EQ(state.status(), health::HealthCheckResponse::NOT_SERVING);
  EXPECT_FALSE(watch->Read(&state));
  EXPECT_EQ(watch->Finish().error_code(), grpc::StatusCode::UNAVAILABLE);

  release_.Set({});
  EXPECT_TRUE(running.get().ok());
  drained.get();
}

// Its handler waits for a caller that says nothing.
TEST_F(EndingTest, DrainingEndsACallThatIsReading) {
  Start(1h);
  const auto stub = Stub<reflection::ServerReflection>();
  grpc::ClientContext context;
  Prepare(context);
  const auto stream = stub->ServerReflectionInfo(&context);
  reflection::ServerReflectionRequest request;
  request.set_list_services("");
  stream->Write(request);
  reflection::ServerReflectionResponse response;
  ASSERT_TRUE(stream->Read(&response));
  Drain();
  EXPECT_FALSE(stream->Read(&response));
  EXPECT_EQ(stream->Finish().error_code(), grpc::StatusCode::UNAVAILABLE);
}

// Its handler waits for a caller that takes nothing, and is not told more than once.
TEST_F(EndingTest, DrainingCutsOffACallerThatDoesNotRead) {
  Start(100ms);
  const auto stub = Stub<pb::UserService>();
  grpc::ClientContext context;
  Prepare(context);
  const auto stream = stub->WatchChanges(&context, {});
  Await(loop_, begun_.Wait());
  Drain();
  EXPECT_LT(written_, kEndless) << "1 GB was sent to a caller that did not read";
}

TEST_F(EndingTest, AServerEndsThoughItsHandlersCannot) {
  Start();
  const auto stub = Stub<pb::UserService>();
  runtime_.OnShutdown("rpc", [this] { return server_->Drain(); });
  pb::GetUserByTokenResponse reply;
  auto status = std::async(std::launch::async, [&] { return Ask(*stub, "", reply); });
  Await(loop_, begun_.Wait());
  runtime_.Stop();
  thread_.join();  // the grace period is over, the handler still waits
  server_.reset();
  EXPECT_EQ(status.get().error_code(), grpc::StatusCode::UNAVAILABLE);
}

TEST_F(EndingTest, WhateverAHandlerThrowsEndsTheCall) {
  Start();
  const auto stub = Stub<pb::UserService>();
  pb::GetUserByTokenResponse reply;
  EXPECT_EQ(Ask(*stub, "throw 42", reply).error_code(), grpc::StatusCode::INTERNAL);
}

TEST_F(EndingTest, AMethodThatIsNotThereIsNotHandled) {
  Start();
  EXPECT_EQ(Send("/descant.user.v1.UserService/NoSuchMethod", "").error_code(),
            grpc::StatusCode::UNIMPLEMENTED);
  EXPECT_EQ(server_->handled(), 0);
}

TEST_F(EndingTest, ARequestThatCannotBeReadIsTheCallersFault) {
  Start();
  const grpc::Status status = Send("/descant.user.v1.UserService/GetUsers", "\xff\xff\xff");
  EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(ToError(status).code(), "malformed_message");
}

TEST_F(EndingTest, ARequestAboveTheLimitIsRefused) {
  Start();
  EXPECT_EQ(Send("/descant.user.v1.UserService/GetUsers", std::string(5'000'000, '\0')).error_code(),
            grpc::StatusCode::RESOURCE_EXHAUSTED);
}

TEST_F(EndingTest, ASocketInUseIsNotTaken) {
  Start();
  Server second(runtime_, {.listen = target(), .internal_secret = kSecret});
  EXPECT_THROW(second.Start(), Error);
  pb::GetUsersResponse reply;
  grpc::ClientContext context;
  Prepare(context);
  EXPECT_TRUE(Stub<pb::UserService>()->GetUsers(&context, {}, &reply).ok());
}

TEST_F(EndingTest, TheSocketIsForItsUserAndGroup) {
  Start();
  struct stat file{};
  ASSERT_EQ(stat(path().c_str(), &file), 0);
  EXPECT_EQ(file.st_mode & 0777, 0660U);
}

TEST_F(EndingTest, ListensOnTcp) {
  Server server(runtime_, {.listen = "127.0.0.1:0", .internal_secret = kSecret});
  server.Start();
  thread_ = std::thread([this] { runtime_.Run(100ms); });
  ASSERT_GT(server.port(), 0);
  const Channel channel(
      {.target = "dns:///127.0.0.1:" + std::to_string(server.port()), .internal_secret = kSecret});
  EXPECT_TRUE(Await(loop_, channel.Healthy({}, 30s)));
  Await(loop_, server.Drain());
}

// The server of the next test, in a process of its own, until it is killed.
TEST_F(EndingTest, DISABLED_ServesUntilKilled) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  const char* listen = std::getenv("DESCANT_RPC_TEST_LISTEN");
  ASSERT_TRUE(listen);
  Server server(runtime_, {.listen = listen, .internal_secret = kSecret});
  server.Start();
  runtime_.Run(100ms);
}

TEST_F(EndingTest, AKilledServerIsUnavailableAndItsSocketIsReplaced) {
  const std::string listen = "DESCANT_RPC_TEST_LISTEN=" + target();
  const std::vector<const char*> arguments{"server", "--gtest_filter=*DISABLED_ServesUntilKilled",
                                           "--gtest_also_run_disabled_tests", nullptr};
  const std::vector<const char*> environment{listen.c_str(), nullptr};
  pid_t pid = 0;
  ASSERT_EQ(posix_spawn(&pid, "/proc/self/exe", nullptr, nullptr, const_cast<char* const*>(arguments.data()),
                        const_cast<char* const*>(environment.data())),
            0);

  const Channel channel({.target = target(), .internal_secret = kSecret});
  const auto stub = channel.Stub<health::Health>();
  const auto context = channel.Begin({}, 60s);
  context->set_wait_for_ready(true);
  const auto request = std::make_shared<health::HealthCheckRequest>();
  ReadStream<health::HealthCheckResponse> stream(
      context, request, [&](auto* reactor) { stub->async()->Watch(context.get(), request.get(), reactor); });
  health::HealthCheckResponse state;
  const bool got = Await(loop_, stream.Read(state));
  kill(pid, SIGKILL);
  waitpid(pid, nullptr, 0);
  ASSERT_TRUE(got);
  EXPECT_EQ(descant::tests::CodeOf(loop_, stream.Read(state)), "unavailable");

  Start();  // on the socket that the dead process left behind
  const auto again = channel.Begin({}, 60s);
  again->set_wait_for_ready(true);
  ReadStream<health::HealthCheckResponse> second(
      again, request, [&](auto* reactor) { stub->async()->Watch(again.get(), request.get(), reactor); });
  EXPECT_TRUE(Await(loop_, second.Read(state)));
}

}  // namespace
}  // namespace descant::rpc
