// What callers see of a server that goes away, hangs and comes back.
#include <atomic>
#include <thread>
#include <tuple>

#include <boost/asio/detached.hpp>
#include <sys/socket.h>
#include <unistd.h>

#include "platform/postgres/database_under_test.h"
#include "tests/support/loopback.h"

namespace descant::postgres {
namespace {

using namespace std::chrono_literals;

constexpr Query kOne{"one", "SELECT 1"};

class OutageTest : public DatabaseUnderTest {};

// Lets everybody in, and answers what they ask with an error: no memory is left.
class ExhaustedServer {
 public:
  ExhaustedServer() {
    std::tie(listener_, port_) = tests::ListenOnLoopback();
    thread_ = std::thread([this] {
      for (int client; (client = accept(listener_, nullptr, nullptr)) >= 0; close(client)) Serve(client);
    });
  }
  ~ExhaustedServer() {
    ending_ = true;
    shutdown(listener_, SHUT_RDWR);
    thread_.join();
    close(listener_);
  }
  std::string connection() const {
    return "host=127.0.0.1 port=" + std::to_string(port_) + " user=test dbname=test sslmode=disable";
  }
  int sessions() const { return sessions_; }

 private:
  void Serve(int client) {
    using namespace std::string_literals;
    const std::string ready = "Z\0\0\0\5I"s;
    const std::string fields = "SERROR\0VERROR\0C53200\0Mout of memory\0\0"s;
    const std::string error = "E\0\0\0"s + static_cast<char>(fields.size() + 4) + fields;
    const timeval look{.tv_sec = 0, .tv_usec = 50'000};  // between looks at whether the end has come
    setsockopt(client, SOL_SOCKET, SO_RCVTIMEO, &look, sizeof look);
    char asked[4096];
    bool let_in = false;
    while (!ending_) {
      const ssize_t got = recv(client, asked, sizeof asked, 0);
      if (got == 0) return;
      if (got < 0) continue;
      tests::SendAll(client, let_in ? error + ready : "R\0\0\0\10\0\0\0\0"s + ready);
      if (!std::exchange(let_in, true)) ++sessions_;
    }
  }

  int listener_ = -1;
  unsigned short port_ = 0;
  std::atomic<int> sessions_ = 0;
  std::atomic<bool> ending_ = false;
  std::thread thread_;
};

struct Load {
  std::atomic<bool> over = false;
  std::atomic<int> reads = 0, failures = 0;

  void UntilMoreReads() const {
    for (const int before = reads; reads < before + 100;) std::this_thread::yield();
  }
};

awaitable<void> ReadAllTheTime(Database& database, Load& load) {
  while (!load.over) {
    try {
      co_await database.Execute(kOne);
      ++load.reads;
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), "database_unavailable");
      ++load.failures;
    }
  }
}

TEST_F(OutageTest, ReadersOutliveRestartsUnderLoad) {
  Load load;
  std::vector<awaitable<void>> readers;
  for (int i = 0; i < 50; ++i) readers.push_back(ReadAllTheTime(database(), load));
  server();  // is started by this thread, and dies with it
  std::thread loop([&] { tests::AwaitAll(context_, std::move(readers)); });
  load.UntilMoreReads();
  server().Stop();
  server().Start();
  load.UntilMoreReads();
  server().Crash();
  server().Start();
  load.UntilMoreReads();
  load.over = true;
  loop.join();
  // They are sent again, and wait for a connection: only what waits in vain for more than a second fails, all
  // 50 at a time.
  EXPECT_LE(load.failures, 10 * 50) << "and there were " << load.reads << " reads";
  std::cout << load.reads << " reads, " << load.failures << " failed\n";
}

// Long before the time of a statement is over.
TEST_F(OutageTest, WithoutAServerCallsFailSoon) {
  database({.connection = server().connection(), .timeout = 24h});
  Run(kOne);
  server().Stop();
  EXPECT_EQ(CodeOf(kOne), "database_unavailable");
  EXPECT_EQ(CodeOf({"write", "CREATE TABLE never (n int)"}), "database_unavailable");
  EXPECT_EQ(tests::CodeOf(context_, database().Transact([](Transaction&) -> awaitable<void> { co_return; })),
            "database_unavailable");
  server().Start();
  tests::RunUntil(context_, [&] { return CodeOf(kOne).empty(); });
}

TEST_F(OutageTest, AServerThatHangsIsGivenUp) {
  database({.connection = server().connection(), .pipelined = 1, .timeout = 500ms});
  Run(kOne);
  server().Freeze();
  EXPECT_EQ(CodeOf({"end_session", "DO $$ BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); END $$"}),
            "database_unavailable");
  EXPECT_EQ(CodeOf(kOne), "database_unavailable") << "the new session gets no answer";
  server().Thaw();
  tests::RunUntil(context_, [&] { return CodeOf(kOne).empty(); });
}

TEST_F(OutageTest, AServerThatCannotSetUpASessionIsTriedAgain) {
  ExhaustedServer exhausted;
  database({.connection = exhausted.connection(), .pipelined = 1});
  tests::RunUntil(context_, [&] { return exhausted.sessions() > 1; });
  database_.reset();
}

TEST_F(OutageTest, WhatIsUnderWayEndsWithTheDatabase) {
  Run(kOne);
  std::string code;
  asio::co_spawn(
      context_,
      [](Database& database, std::string& result) -> awaitable<void> {
        try {
          co_await database.Execute(Query{"sleep_long", "SELECT pg_sleep(30)"});
        } catch (const Error& error) {
          result = error.code();
        }
      }(database(), code),
      asio::detached);
  context_.poll();
  database_.reset();
  context_.restart();
  context_.run();
  EXPECT_EQ(code, "database_unavailable");
}

TEST_F(OutageTest, ADatabaseThatIsBeingConnectedCanGo) {
  database();
  context_.poll_one();
}

TEST_F(OutageTest, HostsAreLookedUp) {
  database({.connection = "host=localhost port=1 user=test dbname=test"});
  EXPECT_EQ(CodeOf(kOne), "database_unavailable");
}

TEST_F(OutageTest, AMalformedConnectionStringIsNoCrash) {
  database({.connection = "this is no connection string"});
  EXPECT_EQ(CodeOf(kOne), "database_unavailable");
}

}  // namespace
}  // namespace descant::postgres
