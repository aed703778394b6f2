// Queries against a real PostgreSQL.
#include "platform/postgres/database_under_test.h"
#include "platform/runtime/runtime.h"

namespace descant::postgres {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

class DatabaseTest : public DatabaseUnderTest {};

TEST_F(DatabaseTest, EachTypeComesBackAsItWent) {
  const Uuid uuid = Uuid::New();
  const TimePoint time = Now();
  const std::string text = "it's \"quoted\" \\ and ünïcode\n";
  constexpr Query kEcho{
      "echo",
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

TEST_F(DatabaseTest, ExtremesComeBackAsTheyWent) {
  constexpr Query kEcho{"extremes",
                        "SELECT $1::bigint AS i, $2::float8 AS d, $3::timestamptz AS at, $4::text AS t"};
  const TimePoint before_the_epoch = *ParseRfc3339("1969-12-31T23:59:59.000001Z");
  const Rows rows = Run(kEcho, std::numeric_limits<std::int64_t>::min(),
                        -std::numeric_limits<double>::infinity(), before_the_epoch, "");
  const Row row = rows.front();
  EXPECT_EQ(row["i"].As<std::int64_t>(), std::numeric_limits<std::int64_t>::min());
  EXPECT_EQ(row["d"].As<double>(), -std::numeric_limits<double>::infinity());
  EXPECT_EQ(row["at"].As<TimePoint>(), before_the_epoch);
  EXPECT_EQ(row["t"].As<std::optional<std::string>>(), "");
}

TEST_F(DatabaseTest, BinaryResultsAreReadAsTextOnesAre) {
  constexpr Query kEcho{
      "binary",
      "SELECT $1::bigint AS i, $2::int AS n, $3::uuid AS u, $4::text AS t, NULL::bigint AS none,"
      " 4294967295::text::xid AS x, 1.5::float8 AS d, 1::smallint AS s",
      Format::kBinary};
  const Uuid uuid = Uuid::New();
  const Rows rows = Run(kEcho, std::numeric_limits<std::int64_t>::min(), -42, uuid, "ünï\n");
  const Row row = rows.front();
  EXPECT_EQ(row["i"].As<std::int64_t>(), std::numeric_limits<std::int64_t>::min());
  EXPECT_EQ(row["n"].As<std::int64_t>(), -42);
  EXPECT_EQ(row["u"].As<Uuid>(), uuid);
  EXPECT_EQ(row["t"].As<std::string>(), "ünï\n");
  EXPECT_EQ(row["none"].As<std::optional<std::int64_t>>(), std::nullopt);
  EXPECT_EQ(static_cast<std::uint32_t>(row["x"].As<std::int64_t>()), 4294967295U);
  EXPECT_THROW(row["d"].As<double>(), Error);
  EXPECT_THROW(row["i"].As<Uuid>(), Error);
  EXPECT_THROW(row["s"].As<std::int64_t>(), Error);
}

awaitable<void> CountAnswer(Database& database, Query query, int& answers) {
  co_await database.Execute(query);
  ++answers;
}

TEST_F(DatabaseTest, AQueryThatTakesLongHoldsUpThoseRightBehindItAlone) {
  database({.connection = server().connection(), .pipelined = 2, .timeout = 60s});
  static constexpr Query kHold{"hold", "SELECT pg_advisory_xact_lock(7)"};
  int slow = 0;
  int quick = 0;
  int sent = 0;
  tests::Await(context_, database().Transact([&](Transaction& transaction) -> awaitable<void> {
    co_await transaction.Execute(kHold);
    runtime::Spawn(context_.get_executor(), "slow", CountAnswer(database(), kHold, slow));
    for (; sent < 10'000 && quick == 0; ++sent) {
      runtime::Spawn(context_.get_executor(), "quick", CountAnswer(database(), {"one", "SELECT 1"}, quick));
      co_await runtime::Sleep(1ms);
    }
    EXPECT_GT(quick, 0);
    EXPECT_EQ(slow, 0);
  }));
  tests::RunUntil(context_, [&] { return slow == 1 && quick == sent; });
}

TEST_F(DatabaseTest, ArraysAreQuoted) {
  const std::vector<std::string> texts{"a", "b,c", "d\"e", "f\\g", "", "NULL", "{h}", " i "};
  constexpr Query kUnnest{"unnest", "SELECT t FROM unnest($1::text[]) WITH ORDINALITY AS u(t, n) ORDER BY n"};
  std::vector<std::string> back;
  const Rows rows = Run(kUnnest, texts);
  for (const Row row : rows) back.push_back(row["t"].As<std::string>());
  EXPECT_EQ(back, texts);
  EXPECT_TRUE(Run(kUnnest, std::vector<std::string>()).empty());
  const std::vector<Uuid> uuids{Uuid::New(), Uuid::New()};
  EXPECT_EQ(
      Run({"uuids", "SELECT $1 = ANY($2::uuid[]) AS found"}, uuids[1], uuids).front()["found"].As<bool>(),
      true);
}

TEST_F(DatabaseTest, SaysWhatWasDone) {
  Run({"make_tally", "CREATE TABLE IF NOT EXISTS tally (n bigint)"});
  const Rows rows = Run({"fill_tally", "INSERT INTO tally SELECT * FROM generate_series(1, 3)"});
  EXPECT_EQ(rows.affected(), 3U);
  EXPECT_EQ(rows.command(), "INSERT 0 3");
  EXPECT_TRUE(rows.empty());
  EXPECT_EQ(Run({"change_tally", "UPDATE tally SET n = 0 WHERE n > 1"}).affected(), 2U);
}

TEST_F(DatabaseTest, TheSessionIsInUtcAndHasALimit) {
  database({.connection = server().connection(), .timeout = 1500ms});
  EXPECT_EQ(Run({"zone", "SHOW TimeZone"}).front()[0].As<std::string>(), "UTC");
  EXPECT_EQ(Run({"limit", "SHOW statement_timeout"}).front()[0].As<std::string>(), "1500ms");
  EXPECT_EQ(Run({"application", "SHOW application_name"}).front()[0].As<std::string>(), "descant");
}

TEST_F(DatabaseTest, ManyQueriesShareTheConnections) {
  static constexpr Query kDouble{"double", "SELECT $1::bigint * 2 AS twice, pg_backend_pid() AS pid"};
  std::vector<std::int64_t> twice(1000);
  std::set<std::int64_t> backends;
  std::vector<awaitable<void>> queries;
  for (std::size_t i = 0; i < twice.size(); ++i) {
    queries.push_back(
        [](Database& database, std::size_t number, auto& results, auto& pids) -> awaitable<void> {
          const Rows rows = co_await database.Execute(kDouble, number);
          results[number] = rows.front()["twice"].template As<std::int64_t>();
          pids.insert(rows.front()["pid"].template As<std::int64_t>());
        }(database(), i, twice, backends));
  }
  tests::AwaitAll(context_, std::move(queries));
  for (std::size_t i = 0; i < twice.size(); ++i) EXPECT_EQ(twice[i], 2 * static_cast<std::int64_t>(i));
  EXPECT_LE(backends.size(), 2U);
}

// More than a socket takes at once, in both directions.
TEST_F(DatabaseTest, LargeValuesOfManyQueriesDoNotBlockEachOther) {
  static constexpr Query kEcho{"large", "SELECT $1::text AS t"};
  database({.connection = server().connection(), .timeout = 60s});  // it is not about time
  const std::string large(1 << 20, 'x');
  int right = 0;
  std::vector<awaitable<void>> queries;
  for (int i = 0; i < 12; ++i) {
    queries.push_back([](Database& database, const std::string& text, int& count) -> awaitable<void> {
      const Rows rows = co_await database.Execute(kEcho, text);
      if (rows.front()["t"].As<std::string>() == text) ++count;
    }(database(), large, right));
  }
  tests::AwaitAll(context_, std::move(queries));
  EXPECT_EQ(right, 12);
}

// Runs the query with each of the arguments at once; the first value of its answer, or the code of the error.
template <class T>
std::vector<std::string> RunEach(asio::io_context& context, Database& database, const Query& query,
                                 const std::vector<T>& arguments) {
  std::vector<std::string> results(arguments.size());
  std::vector<awaitable<void>> queries;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    queries.push_back([](Database& target, Query what, T argument, std::string& result) -> awaitable<void> {
      try {
        const Rows rows = co_await target.Execute(what, argument);
        result = rows.front()[0].template As<std::string>();
      } catch (const Error& error) {
        result = error.code();
      }
    }(database, query, arguments[i], results[i]));
  }
  tests::AwaitAll(context, std::move(queries));
  return results;
}

TEST_F(DatabaseTest, AFailedQueryDisturbsNoOther) {
  constexpr Query kDivide{"divide", "SELECT 10 / $1::bigint"};
  EXPECT_THAT(RunEach(context_, database(), kDivide, std::vector<int>{1, 0, 2, 0, 0, 5}),
              ElementsAre("10", "database_error", "5", "database_error", "database_error", "2"));
}

TEST_F(DatabaseTest, AFailedReadTakesNoChangeAlong) {
  database({.connection = server().connection(), .pipelined = 1});
  Run({"make_kept", "CREATE TABLE kept (n bigint)"});
  std::vector<awaitable<void>> queries;
  for (int i = 0; i < 10; ++i) {
    queries.push_back([](Database& target, int number) -> awaitable<void> {
      try {
        co_await target.Execute({"divide", "SELECT 10 / $1::bigint"}, number % 2);
      } catch (const Error&) {
        EXPECT_EQ(number % 2, 0);
      }
    }(database(), i));
    queries.push_back([](Database& target, int number) -> awaitable<void> {
      co_await target.Execute({"keep", "INSERT INTO kept VALUES ($1)"}, number);
    }(database(), i));
  }
  tests::AwaitAll(context_, std::move(queries));
  EXPECT_EQ(Number({"count_kept", "SELECT count(*) FROM kept"}), 10);
}

TEST_F(DatabaseTest, AQueryThatCannotBePreparedDisturbsNoOther) {
  constexpr Query kWrong{"wrong", "SELEKT $1"};
  EXPECT_THAT(RunEach(context_, database(), kWrong, std::vector<int>(5, 1)),
              ::testing::Each(std::string("database_error")));
  EXPECT_EQ(Number({"right", "SELECT 1"}), 1);
}

TEST_F(DatabaseTest, AChangedTableDoesNotSpoilPreparedQueries) {
  Run({"make_shape", "CREATE TABLE IF NOT EXISTS shape AS SELECT 1 AS a"});
  constexpr Query kAll{"all_of_shape", "SELECT * FROM shape WHERE a = $1"};
  RunEach(context_, database(), kAll, std::vector<int>(4, 1));  // on each connection
  Run({"grow_shape", "ALTER TABLE shape ADD b int DEFAULT 2"});
  EXPECT_THAT(RunEach(context_, database(), kAll, std::vector<int>(20, 1)),
              ::testing::Each(std::string("1")));
  EXPECT_EQ(Run(kAll, 1).front()["b"].As<std::int64_t>(), 2);
}

TEST_F(DatabaseTest, TellsWhatWentWrong) {
  Run({"make_unique",
       "CREATE TABLE IF NOT EXISTS once (id bigint CONSTRAINT once_only PRIMARY KEY, note text NOT NULL)"});
  constexpr Query kInsert{"insert_once", "INSERT INTO once VALUES ($1, $2)"};
  Run(kInsert, 1, "first");
  try {
    Run(kInsert, 1, "second");
    FAIL() << "the second insert has to fail";
  } catch (const ConstraintViolation& violation) {
    EXPECT_EQ(violation.constraint(), "once_only");
    EXPECT_EQ(violation.kind(), ErrorKind::kInternal) << "what nobody expects is a defect";
  }
  try {
    Run(kInsert, 2, std::nullopt);
    FAIL() << "a note is required";
  } catch (const ConstraintViolation& violation) {
    EXPECT_EQ(violation.constraint(), "note");
  }
  try {
    Run({"no_table", "SELECT * FROM nothing"});
    FAIL() << "there is no such table";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::kInternal);
    EXPECT_THAT(error.detail(), HasSubstr("no_table: 42P01"));
  }
  EXPECT_EQ(CodeOf({"raise", "DO $$ BEGIN RAISE EXCEPTION 'x' USING ERRCODE = '40001'; END $$"}),
            "database_unavailable");
}

TEST_F(DatabaseTest, TextThatPostgresCannotHoldIsTheCallersMistake) {
  constexpr Query kEcho{"echo_text", "SELECT $1::text"};
  EXPECT_EQ(CodeOf(kEcho, std::string("a\0b", 3)), "validation_failed");
  EXPECT_EQ(CodeOf(kEcho, std::string("\xC3")), "validation_failed");
  EXPECT_EQ(CodeOf({"echo_json", "SELECT $1::jsonb"}, boost::json::value(std::string("\0", 1))),
            "validation_failed");
}

TEST_F(DatabaseTest, ASlowQueryIsCancelledAndItsNeighbourIsNot) {
  database({.connection = server().connection(), .pipelined = 1, .timeout = 500ms});
  constexpr Query kSleep{"sleep", "SELECT pg_sleep($1::float8)::text"};
  const std::string backend = Run({"pid", "SELECT pg_backend_pid()"}).front()[0].As<std::string>();
  EXPECT_THAT(RunEach(context_, database(), kSleep, std::vector<int>{30, 0}),
              ElementsAre("deadline_exceeded", ""));
  EXPECT_EQ(Run({"pid", "SELECT pg_backend_pid()"}).front()[0].As<std::string>(), backend)
      << "one connection for all";
}

}  // namespace
}  // namespace descant::postgres
