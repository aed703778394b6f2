// Transactions against a real PostgreSQL.
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
  database({.connection = server().connection(), .transactional = 1, .timeout = 400ms});
  const auto hold = [](std::chrono::milliseconds time) {
    return [time](Transaction&) -> awaitable<void> { co_await runtime::Sleep(time); };
  };
  const auto begun = Clock::now();
  std::string impatient = "not over";
  std::vector<awaitable<void>> work;
  work.push_back(database().Transact(hold(1000ms)));
  work.push_back([](Database& target, auto wanted, std::string& code) -> awaitable<void> {
    co_await runtime::Sleep(50ms);
    try {
      co_await target.Transact(wanted);
    } catch (const Error& error) {
      code = error.code();
    }
  }(database(), hold(0ms), impatient));
  work.push_back([](Database& target, auto wanted) -> awaitable<void> {
    co_await runtime::Sleep(800ms);
    co_await target.Transact(wanted);
  }(database(), hold(0ms)));
  tests::AwaitAll(context_, std::move(work));
  EXPECT_EQ(impatient, "database_unavailable");
  EXPECT_LT(Clock::now() - begun, 2s);
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
