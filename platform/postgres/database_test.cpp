// The database client against a real PostgreSQL.
#include "platform/postgres/database.h"

#include <gmock/gmock.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include "platform/postgres/listener.h"
#include "platform/postgres/migrations.h"
#include "platform/runtime/promise.h"
#include "platform/runtime/runtime.h"
#include "tests/support/await.h"
#include "tests/support/servers.h"

namespace descant::postgres {
namespace {

using namespace std::chrono_literals;
using descant::tests::Await;
using descant::tests::CodeOf;
using ::testing::ElementsAre;

class DatabaseTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() { server_ = new descant::tests::PostgresServer; }
  static void TearDownTestSuite() { delete server_; }
  ~DatabaseTest() override {
    database_.reset();
    context_.restart();
    context_.poll();
  }

  Database& database() {
    if (!database_) {
      database_ = std::make_unique<Database>(context_.get_executor(),
                                             DatabaseSettings{.connection = server_->connection(), .timeout = 2s});
    }
    return *database_;
  }
  template <class... Values>
  Rows Run(Query query, const Values&... values) {
    return Await(context_, database().Execute(query, values...));
  }

  static descant::tests::PostgresServer* server_;
  asio::io_context context_;
  std::unique_ptr<Database> database_;
};

descant::tests::PostgresServer* DatabaseTest::server_ = nullptr;

TEST_F(DatabaseTest, EachTypeComesBackAsItWent) {
  const Uuid uuid = Uuid::New();
  const TimePoint time = Now();
  const std::string text = "it's \"quoted\" \\ and ünïcode\n";
  constexpr Query kEcho{"echo",
                        "SELECT $1::text AS t, $2::bigint AS i, $3::float8 AS d, $4::boolean AS b, $5::uuid AS u,"
                        " $6::timestamptz AS at, $7::jsonb AS j, $8::text AS n"};
  const Rows rows = Run(kEcho, text, std::int64_t{-42}, 0.1, true, uuid, time, boost::json::value{{"a", 1}},
                        std::optional<std::string>());
  const Row row = rows.front();
  EXPECT_EQ(row["t"].As<std::string>(), text);
  EXPECT_EQ(row["i"].As<std::int64_t>(), -42);
  EXPECT_EQ(row["d"].As<double>(), 0.1);
  EXPECT_TRUE(row["b"].As<bool>());
  EXPECT_EQ(row["u"].As<Uuid>(), uuid);
  EXPECT_EQ(row["at"].As<TimePoint>(), time);
  EXPECT_EQ(row["j"].As<boost::json::value>(), (boost::json::value{{"a", 1}}));
  EXPECT_EQ(row["n"].As<std::optional<std::string>>(), std::nullopt);
  EXPECT_THROW(row["n"].As<std::string>(), Error);
  EXPECT_THROW(row["t"].As<std::int64_t>(), Error);
  EXPECT_THROW(row["missing"], Error);
}

TEST_F(DatabaseTest, ArraysAreQuoted) {
  const std::vector<std::string> texts{"a", "b,c", "d\"e", "f\\g", "", "NULL", "{h}"};
  constexpr Query kUnnest{"unnest", "SELECT t FROM unnest($1::text[]) WITH ORDINALITY AS u(t, n) ORDER BY n"};
  std::vector<std::string> back;
  const Rows rows = Run(kUnnest, texts);
  for (const Row row : rows) back.push_back(row["t"].As<std::string>());
  EXPECT_EQ(back, texts);
}

TEST_F(DatabaseTest, ManyQueriesShareTheConnections) {
  constexpr Query kDouble{"double", "SELECT $1::bigint * 2 AS twice"};
  std::int64_t sum = 0;
  int done = 0;
  for (std::int64_t i = 0; i < 1000; ++i) {
    asio::co_spawn(
        context_,
        [this, i, &sum, &done, kDouble]() -> awaitable<void> {
          const Rows rows = co_await database().Execute(kDouble, i);
          sum += rows.front()["twice"].As<std::int64_t>() - 2 * i;
          ++done;
        },
        asio::detached);
  }
  while (done < 1000) context_.run_one();
  EXPECT_EQ(sum, 0);
}

TEST_F(DatabaseTest, AFailedQueryDisturbsNoOther) {
  constexpr Query kDivide{"divide", "SELECT 10 / $1::bigint AS quotient"};
  std::vector<std::string> results(20);
  int done = 0;
  for (int i = 0; i < 20; ++i) {
    asio::co_spawn(
        context_,
        [this, i, &results, &done, kDivide]() -> awaitable<void> {
          try {
            const Rows rows = co_await database().Execute(kDivide, i % 2);
            results[static_cast<std::size_t>(i)] = rows.front()["quotient"].As<std::string>();
          } catch (const Error& error) {
            results[static_cast<std::size_t>(i)] = error.code();
          }
          ++done;
        },
        asio::detached);
  }
  while (done < 20) context_.run_one();
  for (std::size_t i = 0; i < 20; ++i) EXPECT_EQ(results[i], i % 2 == 0 ? "database_error" : "10");
}

TEST_F(DatabaseTest, TellsWhatWentWrong) {
  Run({"make_unique", "CREATE TABLE IF NOT EXISTS once (id bigint CONSTRAINT once_only PRIMARY KEY)"});
  constexpr Query kInsert{"insert_once", "INSERT INTO once VALUES ($1)"};
  Run(kInsert, 1);
  try {
    Run(kInsert, 1);
    FAIL() << "the second insert has to fail";
  } catch (const ConstraintViolation& violation) {
    EXPECT_EQ(violation.constraint(), "once_only");
    EXPECT_EQ(violation.kind(), ErrorKind::kConflict);
  }
  EXPECT_EQ(CodeOf(context_, database().Execute(Query{"bad_sql", "SELEKT"})), "database_error");
  EXPECT_EQ(CodeOf(context_, database().Execute(Query{"bad_sql", "SELEKT"})), "database_error");
  EXPECT_EQ(CodeOf(context_, database().Execute(Query{"nul", "SELECT $1::text"}, std::string("a\0b", 3))),
            "validation_failed");
  EXPECT_EQ(Run({"fine", "SELECT 1 AS one"}).front()["one"].As<std::int64_t>(), 1);
}

TEST_F(DatabaseTest, ATransactionIsAllOrNothing) {
  Run({"make_ledger", "CREATE TABLE IF NOT EXISTS ledger (amount bigint)"});
  constexpr Query kAdd{"add_amount", "INSERT INTO ledger VALUES ($1)"};
  constexpr Query kTotal{"total", "SELECT coalesce(sum(amount), 0)::bigint AS total FROM ledger"};
  const auto total = [&] { return Run(kTotal).front()["total"].template As<std::int64_t>(); };

  const auto seen = Await(context_, database().Transact([=](Transaction& transaction) -> awaitable<std::int64_t> {
    co_await transaction.Execute(kAdd, 5);
    co_await transaction.Execute(kAdd, 6);
    const Rows rows = co_await transaction.Execute(kTotal);
    co_return rows.front()["total"].As<std::int64_t>();
  }));
  EXPECT_EQ(seen, 11);
  EXPECT_EQ(total(), 11);

  EXPECT_EQ(CodeOf(context_, database().Transact([=](Transaction& transaction) -> awaitable<void> {
    co_await transaction.Execute(kAdd, 100);
    throw Error(ErrorKind::kConflict, "changed_my_mind", "");
  })), "changed_my_mind");
  EXPECT_EQ(CodeOf(context_, database().Transact([=](Transaction& transaction) -> awaitable<void> {
    co_await transaction.Execute(kAdd, 100);
    co_await transaction.Execute(Query{"no_such_table", "SELECT * FROM nothing"});
  })), "database_error");
  EXPECT_EQ(total(), 11);
}

TEST_F(DatabaseTest, MoreTransactionsThanConnectionsTakeTurns) {
  Run({"make_counter", "CREATE TABLE IF NOT EXISTS counter AS SELECT 0::bigint AS n"});
  int done = 0;
  for (int i = 0; i < 20; ++i) {
    asio::co_spawn(
        context_,
        [this, &done]() -> awaitable<void> {
          co_await database().Transact([](Transaction& transaction) -> awaitable<void> {
            co_await transaction.Execute(Query{"lock_counter", "SELECT n FROM counter FOR UPDATE"});
            co_await transaction.Execute(Query{"count_up", "UPDATE counter SET n = n + 1"});
          });
          ++done;
        },
        asio::detached);
  }
  while (done < 20) context_.run_one();
  EXPECT_EQ(Run({"read_counter", "SELECT n FROM counter"}).front()["n"].As<std::int64_t>(), 20);
}

TEST_F(DatabaseTest, AQueryThatTakesTooLongIsGivenUp) {
  EXPECT_EQ(CodeOf(context_, database().Execute(Query{"sleep", "SELECT pg_sleep(30)"})), "deadline_exceeded");
  EXPECT_EQ(Run({"after", "SELECT 1 AS one"}).front()["one"].As<std::int64_t>(), 1);
}

TEST_F(DatabaseTest, ReadsOutliveARestart) {
  constexpr Query kOne{"one", "SELECT 1 AS one"};
  Run(kOne);
  server_->Stop();
  server_->Start();
  EXPECT_EQ(Run(kOne).front()["one"].As<std::int64_t>(), 1);
  server_->Crash();
  EXPECT_EQ(CodeOf(context_, database().Execute(kOne)), "database_unavailable");
  server_->Start();
  for (int attempt = 0; attempt < 10; ++attempt) {  // the first may still find the connection being made
    if (CodeOf(context_, database().Execute(kOne)).empty()) return;
  }
  FAIL() << "the database did not come back";
}

TEST_F(DatabaseTest, MigrationsRunOnceThoughTwoStartAtOnce) {
  const std::vector<Migration> first{{"0001_a", "CREATE TABLE a (id bigint); INSERT INTO a VALUES (1);"}};
  int done = 0;
  for (int i = 0; i < 2; ++i) {
    asio::co_spawn(
        context_,
        [this, &first, &done]() -> awaitable<void> {
          co_await Migrate(context_.get_executor(), server_->connection(), first);
          ++done;
        },
        asio::detached);
  }
  while (done < 2) context_.run_one();
  EXPECT_EQ(Run({"count_a", "SELECT count(*) AS n FROM a"}).front()["n"].As<std::int64_t>(), 1);

  std::vector<Migration> second = first;
  second.push_back({"0002_b", "CREATE TABLE b (id bigint); SELECT 1 / 0;"});
  EXPECT_EQ(CodeOf(context_, Migrate(context_.get_executor(), server_->connection(), second)), "database_error");
  EXPECT_TRUE(Run({"has_b", "SELECT 1 FROM pg_tables WHERE tablename = 'b'"}).empty()) << "half a step was kept";

  const std::vector<Migration> changed{{"0001_a", "CREATE TABLE a (id text);"}};
  EXPECT_EQ(CodeOf(context_, Migrate(context_.get_executor(), server_->connection(), changed)), "schema_mismatch");
}

TEST_F(DatabaseTest, AListenerHearsAcrossReconnects) {
  std::vector<std::string> heard;
  int connections = 0;
  auto listener = std::make_unique<Listener>(
      context_.get_executor(), server_->connection(), std::vector<std::string>{"news"},
      [&](const std::string& channel, const std::string& payload) { heard.push_back(channel + ":" + payload); },
      [&] { ++connections; });
  constexpr Query kNotify{"notify", "SELECT pg_notify('news', $1)"};
  while (connections < 1) context_.run_one();
  Run(kNotify, "first");
  while (heard.empty()) context_.run_one();
  server_->Stop();
  server_->Start();
  while (connections < 2) context_.run_one();
  while (!CodeOf(context_, database().Execute(kNotify, "second")).empty()) {
  }
  while (heard.size() < 2) context_.run_one();
  EXPECT_THAT(heard, ElementsAre("news:first", "news:second"));
  listener.reset();
}

}  // namespace
}  // namespace descant::postgres
