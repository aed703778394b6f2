// What callers see of a server that goes away, hangs and comes back.
#include <atomic>
#include <thread>

#include <boost/asio/detached.hpp>

#include "platform/postgres/database_under_test.h"

namespace descant::postgres {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

constexpr Query kOne{"one", "SELECT 1"};

class OutageTest : public DatabaseUnderTest {};

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

TEST_F(OutageTest, WithoutAServerCallsFailSoon) {
  Run(kOne);
  server().Stop();
  const auto begun = Clock::now();
  EXPECT_EQ(CodeOf(kOne), "database_unavailable");
  EXPECT_EQ(CodeOf({"write", "CREATE TABLE never (n int)"}), "database_unavailable");
  EXPECT_EQ(tests::CodeOf(context_, database().Transact([](Transaction&) -> awaitable<void> { co_return; })),
            "database_unavailable");
  EXPECT_LT(Clock::now() - begun, 6s);
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
