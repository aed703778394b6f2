#include "platform/postgres/migrations.h"

#include <thread>

#include "platform/postgres/database_under_test.h"

namespace descant::postgres {
namespace {

using ::testing::HasSubstr;

class MigrationsTest : public DatabaseUnderTest {
 protected:
  MigrationsTest() {
    Run({"drop_schema", "DROP SCHEMA public CASCADE"});
    Run({"make_schema", "CREATE SCHEMA public"});
  }

  std::string Apply(std::vector<Migration> migrations) {
    try {
      tests::Await(context_, Migrate(context_.get_executor(), server().connection(), migrations));
    } catch (const Error& error) {
      return error.code() + " " + error.detail();
    }
    return "";
  }
};

const Migration kFirst{"0001_a", "CREATE TABLE a (id bigint); INSERT INTO a VALUES (1);"};
const Migration kSecond{"0002_b", "INSERT INTO a VALUES (2) -- the end"};

TEST_F(MigrationsTest, EachRunsOnceInOrder) {
  EXPECT_EQ(Apply({kSecond, kFirst}), "");
  EXPECT_EQ(Apply({kFirst, kSecond}), "");
  EXPECT_EQ(Apply({kFirst, kSecond, {"0003_c", "INSERT INTO a VALUES (4)"}}), "");
  EXPECT_EQ(Number({"sum_a", "SELECT sum(id)::bigint FROM a"}), 7);
  EXPECT_EQ(Number({"steps", "SELECT count(*) FROM schema_migrations WHERE applied_at <= now()"}), 3);
}

TEST_F(MigrationsTest, CopiesMayStartAtOnce) {
  const std::vector<Migration> steps{kFirst, kSecond};
  std::vector<awaitable<void>> copies;
  for (int i = 0; i < 8; ++i)
    copies.push_back(Migrate(context_.get_executor(), server().connection(), steps));
  tests::AwaitAll(context_, std::move(copies));
  EXPECT_EQ(Number({"sum_a", "SELECT sum(id)::bigint FROM a"}), 3);
}

TEST_F(MigrationsTest, AStepThatFailsLeavesNothing) {
  EXPECT_THAT(Apply({kFirst, {"0002_wrong", "CREATE TABLE b (id bigint); SELECT 1 / 0;"}}),
              HasSubstr("database_error Migration 0002_wrong"));
  EXPECT_EQ(Number({"has_b", "SELECT count(*) FROM pg_tables WHERE tablename = 'b'"}), 0);
  EXPECT_EQ(Apply({kFirst, {"0002_wrong", "CREATE TABLE b (id bigint)"}}), "") << "it can be put right";
}

TEST_F(MigrationsTest, RefusesAnotherHistory) {
  EXPECT_EQ(Apply({kFirst, kSecond}), "");
  EXPECT_THAT(Apply({{"0001_a", "CREATE TABLE a (id text)"}, kSecond}), HasSubstr("schema_mismatch"));
  EXPECT_THAT(Apply({kFirst}), HasSubstr("schema_mismatch"));
  EXPECT_THAT(Apply({kFirst, kFirst}), HasSubstr("schema_mismatch"));
}

TEST_F(MigrationsTest, WaitsForADatabaseThatIsNotUpYet) {
  server().Stop();
  std::vector<awaitable<void>> work;
  const std::vector<Migration> steps{kFirst};
  work.push_back(Migrate(context_.get_executor(), server().connection(), steps));
  work.push_back([]() -> awaitable<void> {
    server().Start();
    co_return;
  }());
  tests::AwaitAll(context_, std::move(work));
  EXPECT_EQ(Number({"sum_a", "SELECT sum(id)::bigint FROM a"}), 1);
}

}  // namespace
}  // namespace descant::postgres
