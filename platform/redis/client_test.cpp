// The cache client against a real Redis: whatever goes wrong is a miss.
#include "platform/redis/client.h"

#include <gmock/gmock.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <csignal>

#include "tests/support/await.h"
#include "tests/support/servers.h"

namespace descant::redis {
namespace {

using namespace std::chrono_literals;
using descant::tests::Await;

class ClientTest : public ::testing::Test {
 protected:
  ClientTest() {
    std::signal(SIGPIPE, SIG_IGN);  // as runtime::Runtime does
    Connect();
  }
  ~ClientTest() override {
    client_.reset();
    context_.restart();
    context_.poll();
  }

  void Connect(std::string address = "") {
    client_ = std::make_unique<Client>(
        context_.get_executor(), ClientSettings{.address = address.empty() ? server_.address() : address});
    if (address.empty()) UntilConnected();
  }
  void UntilConnected() {
    context_.restart();
    while (!client_->connected()) context_.run_one();
  }

  descant::tests::RedisServer server_;
  asio::io_context context_;
  std::unique_ptr<Client> client_;
};

TEST_F(ClientTest, KeepsValues) {
  EXPECT_EQ(Await(context_, client_->Get("absent")), std::nullopt);
  EXPECT_TRUE(Await(context_, client_->Set("key", std::string("a\0b", 3), 10s)));
  EXPECT_EQ(Await(context_, client_->Get("key")), std::string("a\0b", 3));
  EXPECT_TRUE(Await(context_, client_->Delete("key")));
  EXPECT_TRUE(Await(context_, client_->Delete("key"))) << "absent is as good as deleted";
  EXPECT_EQ(Await(context_, client_->Get("key")), std::nullopt);
}

TEST_F(ClientTest, AHashGoesWithAllItsFields) {
  EXPECT_TRUE(Await(context_, client_->HashSet("hash", "a", "1", 10s)));
  EXPECT_TRUE(Await(context_, client_->HashSet("hash", "b", "2", 1ms))) << "does not shorten the life of the hash";
  EXPECT_EQ(Await(context_, client_->HashGet("hash", "a")), "1");
  EXPECT_EQ(Await(context_, client_->HashGet("hash", "b")), "2");
  EXPECT_EQ(Await(context_, client_->HashGet("hash", "c")), std::nullopt);
  EXPECT_TRUE(Await(context_, client_->Delete("hash")));
  EXPECT_EQ(Await(context_, client_->HashGet("hash", "a")), std::nullopt);
}

TEST_F(ClientTest, ValuesExpire) {
  EXPECT_TRUE(Await(context_, client_->Set("key", "value", 1ms)));
  EXPECT_TRUE(Await(context_, client_->HashSet("hash", "field", "value", 1ms)));
  while (Await(context_, client_->Get("key")) || Await(context_, client_->HashGet("hash", "field"))) {
  }
}

TEST_F(ClientTest, AnAnswerOfAnotherTypeIsAMiss) {
  EXPECT_TRUE(Await(context_, client_->Set("text", "value", 10s)));
  EXPECT_EQ(Await(context_, client_->HashGet("text", "field")), std::nullopt);
  EXPECT_FALSE(Await(context_, client_->HashSet("text", "field", "value", 10s)));
}

TEST_F(ClientTest, ManyCommandsAreUnderWayAtOnce) {
  int done = 0;
  int right = 0;
  for (int i = 0; i < 500; ++i) {
    asio::co_spawn(
        context_,
        [this, i, &done, &right]() -> awaitable<void> {
          const std::string key = "key" + std::to_string(i);
          co_await client_->Set(key, std::to_string(i), 10s);
          const auto value = co_await client_->Get(key);
          right += value == std::to_string(i) ? 1 : 0;
          ++done;
        },
        asio::detached);
  }
  context_.restart();
  while (done < 500) context_.run_one();
  EXPECT_EQ(right, 500);
}

TEST_F(ClientTest, ComesBackAfterARestart) {
  EXPECT_TRUE(Await(context_, client_->Set("key", "value", 10s)));
  server_.Stop();
  EXPECT_EQ(Await(context_, client_->Get("key")), std::nullopt);
  EXPECT_FALSE(Await(context_, client_->Set("key", "value", 10s)));
  EXPECT_FALSE(Await(context_, client_->Delete("key")));
  server_.Start();
  UntilConnected();
  EXPECT_TRUE(Await(context_, client_->Set("key", "again", 10s)));
  EXPECT_EQ(Await(context_, client_->Get("key")), "again");
}

TEST_F(ClientTest, DoesNotWaitForAServerThatIsStuck) {
  EXPECT_TRUE(Await(context_, client_->Set("key", "value", 10s)));
  server_.Freeze();
  EXPECT_EQ(Await(context_, client_->Get("key")), std::nullopt);
  server_.Thaw();
  while (!Await(context_, client_->Get("key"))) {
  }
}

TEST_F(ClientTest, WithoutAServerEverythingIsAMiss) {
  Connect("unix:/nonexistent/redis.sock");
  EXPECT_EQ(Await(context_, client_->Get("key")), std::nullopt);
  EXPECT_FALSE(Await(context_, client_->Set("key", "value", 10s)));
  EXPECT_FALSE(client_->connected());
}

}  // namespace
}  // namespace descant::redis
