// Transactions against a real PostgreSQL.
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "platform/postgres/database_under_test.h"
#include "platform/runtime/runtime.h"

namespace descant::postgres {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

constexpr Query kAdd{"add_amount", "INSERT INTO ledger VALUES ($1)"};
constexpr Query kTotal{"total", "SELECT coalesce(sum(amount), 0)::bigint AS total FROM ledger"};

class TransactionTest : public DatabaseUnderTest {
 protected:
  TransactionTest() {
    Run({"make_ledger", "CREATE TABLE IF NOT EXISTS ledger (amount bigint CHECK (amount > 0))"});
    Run({"empty_ledger", "TRUNCATE ledger"});
    database_.reset();  // the test chooses the settings
  }

  template <class F>
  std::string CodeOfTransaction(F work) {
    return tests::CodeOf(context_, database().Transact(std::move(work)));
  }
};

TEST_F(TransactionTest, IsCommittedWhenItReturns) {
  const auto seen =
      tests::Await(context_, database().Transact([](Transaction& transaction) -> awaitable<std::int64_t> {
        co_await transaction.Execute(kAdd, 5);
        co_await transaction.Execute(kAdd, 6);
        const Rows rows = co_await transaction.Execute(kTotal);
        co_return rows.front()["total"].As<std::int64_t>();
      }));
  EXPECT_EQ(seen, 11);
  EXPECT_EQ(Number(kTotal), 11);
}

TEST_F(TransactionTest, IsRolledBackWhenItThrows) {
  EXPECT_EQ(CodeOfTransaction([](Transaction& transaction) -> awaitable<void> {
              co_await transaction.Execute(kAdd, 100);
              throw Error(ErrorKind::kConflict, "changed_my_mind", "");
            }),
            "changed_my_mind");
  EXPECT_EQ(CodeOfTransaction([](Transaction& transaction) -> awaitable<void> {
              co_await transaction.Execute(kAdd, 100);
              co_await transaction.Execute(Query{"no_such_table", "SELECT * FROM nothing"});
            }),
            "database_error");
  EXPECT_EQ(Number(kTotal), 0);
}

TEST_F(TransactionTest, IsNotTakenForCommittedWhenAFailureWasSwallowed) {
  EXPECT_EQ(CodeOfTransaction([](Transaction& transaction) -> awaitable<void> {
              co_await transaction.Execute(kAdd, 100);
              try {
                co_await transaction.Execute(kAdd, -1);
              } catch (const ConstraintViolation&) {
              }
            }),
            "database_error");
  EXPECT_EQ(Number(kTotal), 0);
}

TEST_F(TransactionTest, TellsWhatCommitFoundOut) {
  Run({"make_deferred",
       "CREATE TABLE IF NOT EXISTS deferred"
       " (id bigint CONSTRAINT only_once UNIQUE DEFERRABLE INITIALLY DEFERRED)"});
  constexpr Query kTwice{"twice", "INSERT INTO deferred VALUES (1), (1)"};
  EXPECT_EQ(CodeOfTransaction(
                [&](Transaction& transaction) -> awaitable<void> { co_await transaction.Execute(kTwice); }),
            "constraint_violated");
  EXPECT_EQ(CodeOfTransaction(
                [](Transaction& transaction) -> awaitable<void> { co_await transaction.Execute(kAdd, 1); }),
            "");
}

TEST_F(TransactionTest, AStatementThatLosesADeadlockIsSentAgain) {
  Run({"make_pair",
       "CREATE TABLE IF NOT EXISTS pair AS SELECT id, 0::bigint AS n FROM (VALUES (1), (2)) AS ids (id)"});
  Run({"reset_pair", "UPDATE pair SET n = 0"});
  // Who has waited so long looks whether it is a deadlock, and is ended: the single statement.
  database_.reset();
  database({.connection = server().connection() + " options='-c deadlock_timeout=3s'", .timeout = 60s});
  constexpr Query kSecondThenFirst{"second_then_first",
                                   "WITH second AS (UPDATE pair SET n = n + 1 WHERE id = 2 RETURNING id)"
                                   " UPDATE pair SET n = n + 1 WHERE id = 1 AND EXISTS (SELECT FROM second)"};
  constexpr Query kWaiting{"waiting", "SELECT count(*) FROM pg_locks WHERE NOT granted"};
  std::string code = "none";
  const auto statement = [&]() -> awaitable<void> {
    try {
      co_await database().Execute(kSecondThenFirst);
      code = "";
    } catch (const Error& error) {
      code = error.code();
    }
  };
  const std::string code_of_other = CodeOfTransaction([&](Transaction& transaction) -> awaitable<void> {
    co_await transaction.Execute(Query{"be_patient", "SET LOCAL deadlock_timeout = '1min'"});
    co_await transaction.Execute(Query{"lock_first", "UPDATE pair SET n = n + 10 WHERE id = 1"});
    asio::co_spawn(context_, statement, asio::detached);
    bool waits = false;
    while (!waits && code == "none") {
      const Rows waiting = co_await transaction.Execute(kWaiting);
      waits = waiting.front()[0].As<std::int64_t>() > 0;
    }
    co_await transaction.Execute(Query{"lock_second", "UPDATE pair SET n = n + 10 WHERE id = 2"});
  });
  tests::RunUntil(context_, [&] { return code != "none"; });
  EXPECT_EQ(code_of_other, "");
  EXPECT_EQ(code, "");
  EXPECT_EQ(Number({"sum_of_pair", "SELECT sum(n)::bigint FROM pair"}), 22);
}

TEST_F(TransactionTest, MoreThanThereAreConnectionsTakeTurns) {
  Run({"make_counter", "CREATE TABLE IF NOT EXISTS counter AS SELECT 0::bigint AS n"});
  Run({"reset_counter", "UPDATE counter SET n = 0"});
  std::vector<awaitable<void>> work;
  for (int i = 0; i < 50; ++i) {
    work.push_back(database().Transact([](Transaction& transaction) -> awaitable<void> {
      const Rows rows =
          co_await transaction.Execute(Query{"lock_counter", "SELECT n FROM counter FOR UPDATE"});
      const auto next = rows.front()["n"].As<std::int64_t>() + 1;
      co_await transaction.Execute(Query{"set_counter", "UPDATE counter SET n = $1"}, next);
    }));
  }
  tests::AwaitAll(context_, std::move(work));
  EXPECT_EQ(Number({"read_counter", "SELECT n FROM counter"}), 50);
}

// Who waited too long leaves the line, and the turn is not lost on them.
TEST_F(TransactionTest, WaitsForATurnWithinLimits) {
  database({.connection = server().connection(), .transactional = 1, .timeout = 2s});
  const auto nothing = [](Transaction&) -> awaitable<void> { co_return; };
  tests::Await(context_, database().Transact(nothing));  // connected from here on
  asio::steady_timer held(context_, Clock::time_point::max());
  asio::steady_timer given_up(context_, Clock::time_point::max());
  asio::steady_timer over(context_, Clock::time_point::max());
  const auto hold = [&](Transaction&) -> awaitable<void> {
    held.cancel();
    co_await over.async_wait(asio::as_tuple(asio::use_awaitable));
  };
  const auto wait_too_long = [&]() -> awaitable<void> {
    co_await held.async_wait(asio::as_tuple(asio::use_awaitable));
    std::string code = "none: there was a second connection";
    try {
      co_await database().Transact(nothing);
    } catch (const Error& error) {
      code = error.code();
    }
    EXPECT_EQ(code, "database_unavailable");
    given_up.cancel();
    co_await asio::post(context_, asio::use_awaitable);  // behind the other, who is in the line by then
    over.cancel();
  };
  const auto wait_a_little = [&]() -> awaitable<void> {
    co_await given_up.async_wait(asio::as_tuple(asio::use_awaitable));
    co_await database().Transact(nothing);
  };
  std::vector<awaitable<void>> work;
  work.push_back(wait_too_long());
  work.push_back(wait_a_little());
  work.push_back(database().Transact(hold));
  tests::AwaitAll(context_, std::move(work));
}

TEST_F(TransactionTest, OneThatIsCutOffFailsAndTheNextOneWorks) {
  EXPECT_EQ(CodeOfTransaction([](Transaction& transaction) -> awaitable<void> {
              co_await transaction.Execute(kAdd, 100);
              server().Crash();
              server().Start();
              co_await transaction.Execute(kAdd, 100);
            }),
            "database_unavailable");
  EXPECT_EQ(CodeOfTransaction(
                [](Transaction& transaction) -> awaitable<void> { co_await transaction.Execute(kAdd, 1); }),
            "");
  EXPECT_EQ(Number(kTotal), 1);
}

TEST_F(TransactionTest, WorksAfterARestartThatNobodyNoticed) {
  const auto add = [](Transaction& transaction) -> awaitable<void> { co_await transaction.Execute(kAdd, 1); };
  EXPECT_EQ(CodeOfTransaction(add), "");
  server().Stop();
  server().Start();
  EXPECT_EQ(CodeOfTransaction(add), "");
  EXPECT_EQ(Number(kTotal), 2);
}

}  // namespace
}  // namespace descant::postgres
