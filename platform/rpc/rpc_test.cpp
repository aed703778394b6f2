// Server and client together, over a real unix socket.
#include <thread>

#include <boost/asio/co_spawn.hpp>
#include <gmock/gmock.h>
#include <grpcpp/create_channel.h>

#include "descant/conversion/v1/conversion.grpc.pb.h"
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
namespace user_pb = descant::user::v1;
namespace conversion_pb = descant::conversion::v1;

const std::string kSecret = "a secret that only the services know";

// Both services of the platform, with handlers that do what a test asks for by its input.
class RpcTest : public ::testing::Test {
 protected:
  RpcTest() : runtime_(2) { StartServer(); }

  ~RpcTest() override {
    if (server_) StopServer();
    runtime_.Stop();
    if (thread_.joinable()) thread_.join();
  }

  void StartServer() {
    server_ =
        std::make_unique<Server>(runtime_, ServerSettings{.listen = target(), .internal_secret = kSecret});
    const auto* pool = google::protobuf::DescriptorPool::generated_pool();
    server_->Add(pool->FindServiceByName("descant.user.v1.UserService"));
    server_->Add(pool->FindServiceByName("descant.conversion.v1.ConversionService"));
    server_->Unary<user_pb::GetUsersRequest, user_pb::GetUsersResponse>(
        "/descant.user.v1.UserService/GetUsers",
        [](const user_pb::GetUsersRequest& request, ServerCall&,
           std::size_t) -> awaitable<user_pb::GetUsersResponse> {
          user_pb::GetUsersResponse reply;
          for (const std::string& id : request.ids()) reply.add_users()->set_id(id);
          co_return reply;
        });
    server_->Unary<user_pb::GetUserByTokenRequest, user_pb::GetUserByTokenResponse>(
        "/descant.user.v1.UserService/GetUserByToken",
        [this](const user_pb::GetUserByTokenRequest& request, ServerCall& call, std::size_t)
            -> awaitable<user_pb::GetUserByTokenResponse> { return Answer(request.access_token(), call); });
    server_->Stream<user_pb::WatchChangesRequest>("/descant.user.v1.UserService/WatchChanges",
                                                  [this](const user_pb::WatchChangesRequest& request,
                                                         ServerCall& call, std::size_t) -> awaitable<void> {
                                                    for (std::int64_t i = 0; i < request.after(); ++i) {
                                                      user_pb::WatchChangesResponse message;
                                                      message.mutable_change()->set_sequence(i);
                                                      co_await call.Write(message);
                                                    }
                                                    if (request.after() > 0) co_return;
                                                    co_await UntilCancelled(call);
                                                  });
    server_->Stream<conversion_pb::ConvertRequest>(
        "/descant.conversion.v1.ConversionService/Convert",
        [](const conversion_pb::ConvertRequest&, ServerCall&, std::size_t) -> awaitable<void> { co_return; });
    server_->Unary<conversion_pb::ConvertChunkRequest, conversion_pb::ConvertChunkResponse>(
        "/descant.conversion.v1.ConversionService/ConvertChunk",
        [](const conversion_pb::ConvertChunkRequest&, ServerCall&,
           std::size_t) -> awaitable<conversion_pb::ConvertChunkResponse> {
          co_return conversion_pb::ConvertChunkResponse();
        });
    server_->Start();
    if (!thread_.joinable()) thread_ = std::thread([this] { runtime_.Run(5s); });
  }

  awaitable<user_pb::GetUserByTokenResponse> Answer(std::string wish, ServerCall& call) {
    if (wish == "refuse") {
      throw Error(ErrorKind::kResourceExhausted, "too_many", "Too many.").RetryAfter(7s);
    }
    if (wish == "break") throw std::runtime_error("the password is hunter2");
    if (wish == "wait") co_await UntilCancelled(call);
    user_pb::GetUserByTokenResponse reply;
    reply.set_session_id(call.context().request_id);
    co_return reply;
  }

  awaitable<void> UntilCancelled(ServerCall& call) {
    runtime::Promise<runtime::Nothing> over;
    call.OnCancel([over] { over.Set({}); });
    waiting_.Set({});
    co_await over.Wait();
    cancelled_.Set(call.cancelled());
    throw Error(ErrorKind::kCancelled, "cancelled", "");
  }

  void StopServer() {
    Await(context_, server_->Drain());
    server_.reset();
  }

  std::string target() const { return "unix:" + (folder_.path() / "rpc.sock").string(); }
  Channel Connect(std::string secret = kSecret) const {
    return Channel({.target = target(), .internal_secret = secret});
  }

  // One unary call of the method that answers by its input.
  user_pb::GetUserByTokenResponse Call(const Channel& channel, std::string wish, Context context = {},
                                       std::chrono::milliseconds timeout = 5s) {
    user_pb::GetUserByTokenRequest request;
    request.set_access_token(std::move(wish));
    const auto stub = channel.Stub<user_pb::UserService>();
    return Await(context_, channel.Unary(*stub, &user_pb::UserService::Stub::async::GetUserByToken, request,
                                         std::move(context), timeout));
  }
  std::optional<Error> Failure(const Channel& channel, std::string wish,
                               std::chrono::milliseconds timeout = 5s) {
    try {
      Call(channel, std::move(wish), {}, timeout);
    } catch (const Error& error) {
      return error;
    }
    return std::nullopt;
  }

  descant::tests::TemporaryFolder folder_;
  runtime::Runtime runtime_;
  std::unique_ptr<Server> server_;
  std::thread thread_;
  asio::io_context& context_ = descant::tests::LastingLoop();
  runtime::Promise<runtime::Nothing> waiting_;
  runtime::Promise<bool> cancelled_;
};

TEST_F(RpcTest, AnswersAndCarriesTheRequestId) {
  const Channel channel = Connect();
  EXPECT_EQ(Call(channel, "", {.request_id = "request-17"}).session_id(), "request-17");
  EXPECT_EQ(server_->handled(), 1);
}

TEST_F(RpcTest, ErrorsArriveAsTheyWere) {
  const Channel channel = Connect();
  const auto error = Failure(channel, "refuse");
  ASSERT_TRUE(error);
  EXPECT_EQ(error->kind(), ErrorKind::kResourceExhausted);
  EXPECT_EQ(error->code(), "too_many");
  EXPECT_EQ(error->retry_after(), 7s);
}

TEST_F(RpcTest, DefectsSayNothing) {
  const auto error = Failure(Connect(), "break");
  ASSERT_TRUE(error);
  EXPECT_EQ(error->kind(), ErrorKind::kInternal);
  EXPECT_THAT(error->detail(), ::testing::Not(::testing::HasSubstr("hunter2")));
}

TEST_F(RpcTest, TheDeadlineEndsBothSides) {
  const auto error = Failure(Connect(), "wait", 50ms);
  ASSERT_TRUE(error);
  EXPECT_EQ(error->kind(), ErrorKind::kDeadlineExceeded);
  EXPECT_TRUE(Await(context_, cancelled_.Wait()));
}

TEST_F(RpcTest, StreamsEveryMessageInOrder) {
  const Channel channel = Connect();
  const auto stub = channel.Stub<user_pb::UserService>();
  auto request = std::make_shared<user_pb::WatchChangesRequest>();
  request->set_after(2000);
  auto context = channel.Begin({}, 30s);
  ReadStream<user_pb::WatchChangesResponse> stream(context, request, [&](auto* reactor) {
    stub->async()->WatchChanges(context.get(), request.get(), reactor);
  });
  user_pb::WatchChangesResponse message;
  std::int64_t next = 0;
  while (Await(context_, stream.Read(message))) EXPECT_EQ(message.change().sequence(), next++);
  EXPECT_EQ(next, 2000);
}

TEST_F(RpcTest, DroppingAStreamCancelsTheCall) {
  const Channel channel = Connect();
  const auto stub = channel.Stub<user_pb::UserService>();
  auto request = std::make_shared<user_pb::WatchChangesRequest>();
  {
    auto context = channel.Begin({}, std::chrono::milliseconds::max());
    const ReadStream<user_pb::WatchChangesResponse> stream(context, request, [&](auto* reactor) {
      stub->async()->WatchChanges(context.get(), request.get(), reactor);
    });
    Await(context_, waiting_.Wait());
  }
  EXPECT_TRUE(Await(context_, cancelled_.Wait()));
}

TEST_F(RpcTest, DrainingEndsWhatRunsAndRefusesWhatComes) {
  const Channel channel = Connect();
  std::optional<Error> error;
  std::thread caller([&] {
    asio::io_context& context = descant::tests::LastingLoop();
    user_pb::GetUserByTokenRequest request;
    request.set_access_token("wait");
    const auto stub = channel.Stub<user_pb::UserService>();
    try {
      Await(context, channel.Unary(*stub, &user_pb::UserService::Stub::async::GetUserByToken, request,
                                   Context{}, 30s));
    } catch (const Error& failure) {
      error = failure;
    }
  });
  Await(context_, waiting_.Wait());
  StopServer();
  caller.join();
  ASSERT_TRUE(error);
  EXPECT_EQ(error->kind(), ErrorKind::kUnavailable);
  EXPECT_TRUE(Await(context_, cancelled_.Wait()));
}

TEST_F(RpcTest, ConnectsAgainAfterARestart) {
  const Channel channel = Connect();
  Call(channel, "");
  StopServer();
  EXPECT_EQ(Failure(channel, "", 30s)->kind(), ErrorKind::kUnavailable);
  EXPECT_FALSE(Await(context_, channel.Healthy({}, 500ms)));
  StartServer();
  for (int attempt = 0; attempt < 100; ++attempt) {
    if (!Failure(channel, "", 500ms)) return;
  }
  FAIL() << "the channel did not come back";
}

TEST_F(RpcTest, TellsItsHealth) {
  EXPECT_TRUE(Await(context_, Connect().Healthy({}, 5s)));
  EXPECT_FALSE(Await(context_, Connect("not the secret").Healthy({}, 5s)));
}

TEST_F(RpcTest, ReflectionListsTheServices) {
  auto channel = grpc::CreateChannel(target(), grpc::InsecureChannelCredentials());
  const auto stub = grpc::reflection::v1alpha::ServerReflection::NewStub(channel);
  grpc::ClientContext context;
  context.AddMetadata("x-descant-secret", kSecret);
  const auto stream = stub->ServerReflectionInfo(&context);
  grpc::reflection::v1alpha::ServerReflectionRequest request;
  request.set_list_services("");
  stream->Write(request);
  grpc::reflection::v1alpha::ServerReflectionResponse response;
  ASSERT_TRUE(stream->Read(&response));
  std::vector<std::string> names;
  for (const auto& service : response.list_services_response().service()) names.push_back(service.name());
  EXPECT_THAT(names, ::testing::UnorderedElementsAre("descant.user.v1.UserService", "grpc.health.v1.Health",
                                                     "descant.conversion.v1.ConversionService",
                                                     "grpc.reflection.v1alpha.ServerReflection"));
  request.set_file_containing_symbol("descant.user.v1.UserService");
  stream->Write(request);
  ASSERT_TRUE(stream->Read(&response));
  EXPECT_EQ(response.file_descriptor_response().file_descriptor_proto_size(), 2) << "the file and its import";
  stream->WritesDone();
  EXPECT_TRUE(stream->Finish().ok());
}

// Every method that the descriptors list, and one that does not exist, called as raw bytes.
TEST_F(RpcTest, NoMethodIsReachedWithoutTheSecret) {
  std::vector<std::string> methods{"/descant.user.v1.UserService/NoSuchMethod"};
  for (const char* service : {"descant.user.v1.UserService", "descant.conversion.v1.ConversionService",
                              "grpc.health.v1.Health", "grpc.reflection.v1alpha.ServerReflection"}) {
    const auto* descriptor = google::protobuf::DescriptorPool::generated_pool()->FindServiceByName(service);
    for (int i = 0; i < descriptor->method_count(); ++i) {
      methods.push_back("/" + std::string(service) + "/" + descriptor->method(i)->name());
    }
  }
  ASSERT_GE(methods.size(), 8);
  auto channel = grpc::CreateChannel(target(), grpc::InsecureChannelCredentials());
  const std::vector<std::optional<std::string>> secrets{std::nullopt, "", "wrong", kSecret.substr(1),
                                                        kSecret + " "};
  for (const std::string& method : methods) {
    for (const auto& secret : secrets) {
      grpc::ClientContext context;
      context.set_deadline(std::chrono::system_clock::now() + 10s);
      if (secret) context.AddMetadata("x-descant-secret", *secret);
      const grpc::Status status = CallRaw(channel, context, method);
      EXPECT_EQ(status.error_code(), grpc::StatusCode::UNAUTHENTICATED)
          << method << " with " << secret.value_or("no secret") << ": " << status.error_message();
    }
  }
  EXPECT_EQ(server_->handled(), 0);
}

TEST_F(RpcTest, EveryDeclaredMethodNeedsAHandler) {
  Server server(runtime_, {.listen = target() + "2", .internal_secret = kSecret});
  server.Add(
      google::protobuf::DescriptorPool::generated_pool()->FindServiceByName("descant.user.v1.UserService"));
  EXPECT_THROW(server.Start(), std::logic_error);
}

}  // namespace
}  // namespace descant::rpc
