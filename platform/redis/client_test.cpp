// The cache client against a real Redis: whatever goes wrong is a miss.
#include "platform/redis/client.h"

#include <csignal>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <gmock/gmock.h>
#include <sys/resource.h>
#include <unistd.h>

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
    Connect({.address = server_.address()});
    UntilConnected();
  }
  ~ClientTest() override {
    client_.reset();
    context_.restart();
    context_.run();  // a Client that is gone leaves nothing behind that keeps a loop busy
  }

  void Connect(ClientSettings settings) {
    client_ = std::make_unique<Client>(context_.get_executor(), std::move(settings));
  }
  void UntilConnected() {
    tests::RunUntil(context_, [this] { return client_->connected(); });
  }

  descant::tests::RedisServer server_;
  asio::io_context context_;
  std::unique_ptr<Client> client_;
};

TEST_F(ClientTest, WithoutAFreeDescriptorItTriesAgain) {
#if __has_feature(undefined_behavior_sanitizer)
  GTEST_SKIP() << "UBSan looks at memory by way of descriptors of its own";
#endif
  client_.reset();
  context_.poll();
  rlimit before{};
  getrlimit(RLIMIT_NOFILE, &before);
  const int lowest = dup(0);
  close(lowest);
  const rlimit room_for_one{.rlim_cur = static_cast<rlim_t>(lowest) + 1, .rlim_max = before.rlim_max};
  setrlimit(RLIMIT_NOFILE, &room_for_one);
  Connect({.address = server_.address()});
  context_.restart();
  context_.poll();
  setrlimit(RLIMIT_NOFILE, &before);
  UntilConnected();
}

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
  EXPECT_TRUE(Await(context_, client_->HashSet("hash", "b", "2", 1ms)))
      << "does not shorten the life of the hash";
  EXPECT_EQ(Await(context_, client_->HashGet("hash", "a")), "1");
  EXPECT_EQ(Await(context_, client_->HashGet("hash", "b")), "2");
  EXPECT_EQ(Await(context_, client_->HashGet("hash", "c")), std::nullopt);
  EXPECT_TRUE(Await(context_, client_->Delete("hash")));
  EXPECT_EQ(Await(context_, client_->HashGet("hash", "a")), std::nullopt);
}

TEST_F(ClientTest, ANewerFieldLengthensTheLifeOfItsHash) {
  EXPECT_TRUE(Await(context_, client_->Set("clock", "value", 60ms)));
  EXPECT_TRUE(Await(context_, client_->HashSet("hash", "a", "1", 50ms)));
  EXPECT_TRUE(Await(context_, client_->HashSet("hash", "b", "2", 10s)));
  while (Await(context_, client_->Get("clock"))) {
  }
  EXPECT_EQ(Await(context_, client_->HashGet("hash", "a")), "1");
}

TEST_F(ClientTest, WhatIsOverAlreadyIsNotKept) {
  EXPECT_FALSE(Await(context_, client_->Set("key", "value", 0ms)));
  EXPECT_FALSE(Await(context_, client_->HashSet("hash", "a", "1", -5ms)));
  EXPECT_EQ(Await(context_, client_->Get("key")), std::nullopt);
  EXPECT_EQ(Await(context_, client_->HashGet("hash", "a")), std::nullopt);
}

TEST_F(ClientTest, LargeValuesComeBackAsTheyWent) {
  const std::string large(8 << 20, 'x');
  Connect({.address = server_.address(), .timeout = 10s});
  UntilConnected();
  EXPECT_TRUE(Await(context_, client_->Set("large", large, 10s)));
  EXPECT_EQ(Await(context_, client_->Get("large")), large);
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
  int right = 0;
  std::vector<awaitable<void>> commands;
  for (int i = 0; i < 500; ++i) {
    commands.push_back([](Client& client, std::string number, int& count) -> awaitable<void> {
      co_await client.Set("key" + number, number, 10s);
      const auto value = co_await client.Get("key" + number);
      if (value == number) ++count;
    }(*client_, std::to_string(i), right));
  }
  tests::AwaitAll(context_, std::move(commands));
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

TEST_F(ClientTest, ComesBackWhileInUse) {
  struct Load {
    bool over = false;
    int hits = 0;
  } load;
  EXPECT_TRUE(Await(context_, client_->Set("key", "value", 100s)));
  std::vector<awaitable<void>> work;
  for (int i = 0; i < 20; ++i) {
    work.push_back([](Client& client, Load& shared) -> awaitable<void> {
      while (!shared.over) {
        const auto value = co_await client.Get("key");
        if (value) ++shared.hits;
        if (!value) co_await client.Set("key", "value", 100s);
        co_await asio::post(co_await asio::this_coro::executor, asio::use_awaitable);
      }
    }(*client_, load));
  }
  work.push_back([](tests::RedisServer& server, Client& client, Load& shared) -> awaitable<void> {
    for (int i = 0; i < 3; ++i) {
      const int before = shared.hits;
      while (shared.hits < before + 100)
        co_await asio::post(co_await asio::this_coro::executor, asio::use_awaitable);
      server.Stop();
      co_await client.Get("key");
      server.Start();
      while (!client.connected())
        co_await asio::post(co_await asio::this_coro::executor, asio::use_awaitable);
    }
    const int before = shared.hits;
    while (shared.hits < before + 100)
      co_await asio::post(co_await asio::this_coro::executor, asio::use_awaitable);
    shared.over = true;
  }(server_, *client_, load));
  tests::AwaitAll(context_, std::move(work));
}

TEST_F(ClientTest, DoesNotWaitForAServerThatIsStuck) {
  EXPECT_TRUE(Await(context_, client_->Set("key", "value", 10s)));
  server_.Freeze();
  const auto begun = std::chrono::steady_clock::now();
  EXPECT_EQ(Await(context_, client_->Get("key")), std::nullopt);
  EXPECT_GE(std::chrono::steady_clock::now() - begun, 100ms);
  int missed = 0;
  for (int i = 0; i < 10; ++i) {
    asio::co_spawn(context_, client_->Get("key"),
                   [&missed](const std::exception_ptr&, const std::optional<std::string>& value) {
                     missed += value ? 0 : 1;
                   });
  }
  context_.restart();
  context_.poll();
  EXPECT_EQ(missed, 10) << "only the first one waits";
  server_.Thaw();
  tests::RunUntil(context_, [&] { return Await(context_, client_->Get("key")).has_value(); });
}

TEST_F(ClientTest, ConnectsAnewToAServerThatStaysStuck) {
  server_.Freeze();
  EXPECT_EQ(Await(context_, client_->Get("key")), std::nullopt);
  tests::RunUntil(context_, [&] { return !client_->connected(); });
  EXPECT_FALSE(Await(context_, client_->Set("key", "value", 10s)));
  server_.Thaw();
  UntilConnected();
  EXPECT_TRUE(Await(context_, client_->Set("key", "value", 10s)));
}

TEST_F(ClientTest, WithoutAServerEverythingIsAMiss) {
  for (const char* address :
       {"unix:/nonexistent/redis.sock", "127.0.0.1:1", "localhost:1", "[::1]:1", "nonsense"}) {
    Connect({.address = address});
    EXPECT_EQ(Await(context_, client_->Get("key")), std::nullopt) << address;
    EXPECT_FALSE(Await(context_, client_->Set("key", "value", 10s))) << address;
    EXPECT_FALSE(client_->connected()) << address;
  }
}

TEST_F(ClientTest, WhatIsUnderWayEndsWithTheClient) {
  server_.Freeze();
  bool missed = false;
  asio::co_spawn(
      context_,
      [](Client& client, bool& over) -> awaitable<void> { over = !(co_await client.Get("key")); }(*client_,
                                                                                                  missed),
      asio::detached);
  context_.restart();
  context_.poll();
  client_.reset();
  context_.restart();
  context_.run();
  EXPECT_TRUE(missed);
}

TEST(ClientWithPasswordTest, NeedsTheRightOne) {
  tests::RedisServer server("secret");
  asio::io_context context;
  {
    Client right(context.get_executor(), {.address = server.address(), .password = "secret"});
    tests::RunUntil(context, [&] { return right.connected(); });
    EXPECT_TRUE(Await(context, right.Set("key", "value", 10s)));
    Client wrong(context.get_executor(), {.address = server.address(), .password = "wrong"});
    Client none(context.get_executor(), {.address = server.address()});
    for (int i = 0; i < 100; ++i) EXPECT_EQ(Await(context, right.Get("key")), "value");
    EXPECT_FALSE(wrong.connected());
    EXPECT_FALSE(none.connected());
  }
  context.restart();
  context.run();
}

}  // namespace
}  // namespace descant::redis
