#include <set>
#include <thread>
#include <vector>

#include <gmock/gmock.h>

#include "platform/base/error.h"
#include "platform/base/time.h"
#include "platform/base/uuid.h"

namespace descant {
namespace {

using namespace std::chrono_literals;

TEST(UuidTest, NewOnesAreVersion7AndInOrder) {
  Uuid last;
  for (int i = 0; i < 10'000; ++i) {
    const Uuid uuid = Uuid::New();
    ASSERT_LT(last, uuid);
    ASSERT_EQ(uuid.bytes()[6] >> 4, 7);
    ASSERT_EQ(uuid.bytes()[8] >> 6, 2);
    last = uuid;
  }
}

TEST(UuidTest, ThreadsNeverMakeTheSame) {
  std::vector<std::vector<Uuid>> made(4);
  {
    std::vector<std::jthread> threads;
    for (auto& mine : made) {
      threads.emplace_back([&mine] {
        for (int i = 0; i < 5'000; ++i) mine.push_back(Uuid::New());
      });
    }
  }
  std::set<Uuid> all;
  for (const auto& mine : made) all.insert(mine.begin(), mine.end());
  EXPECT_EQ(all.size(), 20'000);
}

TEST(UuidTest, ReadsWhatItWrites) {
  const Uuid uuid = Uuid::New();
  EXPECT_EQ(Uuid::Parse(uuid.ToString()), uuid);
  EXPECT_EQ(Uuid::Parse("01A20D12-92B3-7B71-B58C-F81B499FFA4E")->ToString(),
            "01a20d12-92b3-7b71-b58c-f81b499ffa4e");
}

TEST(UuidTest, ReadsNothingElse) {
  for (const char* text :
       {"", "01a20d12", "01a20d1292b37b71b58cf81b499ffa4e", "01a20d12-92b3-7b71-b58c-f81b499ffa4",
        "01a20d12-92b3-7b71-b58c-f81b499ffa4e ", "g1a20d12-92b3-7b71-b58c-f81b499ffa4e",
        "01a20d12_92b3-7b71-b58c-f81b499ffa4e", "{1a20d12-92b3-7b71-b58c-f81b499ffa4e"}) {
    EXPECT_EQ(Uuid::Parse(text), std::nullopt) << text;
  }
}

TEST(TimeTest, WritesRfc3339) {
  EXPECT_EQ(FormatRfc3339(TimePoint()), "1970-01-01T00:00:00.000Z");
  EXPECT_EQ(FormatRfc3339(TimePoint(1'795'519'251'123'456us)), "2026-11-24T11:20:51.123Z");
}

TEST(UuidTest, BeginsWithTheTimeInMilliseconds) {
  const auto before = std::chrono::floor<std::chrono::milliseconds>(Now()).time_since_epoch().count();
  const std::string text = Uuid::New().ToString();
  const auto after = std::chrono::floor<std::chrono::milliseconds>(Now()).time_since_epoch().count();
  const auto stamp = std::stoll(text.substr(0, 8) + text.substr(9, 4), nullptr, 16);
  EXPECT_GE(stamp, before);
  EXPECT_LE(stamp, after + 1000) << "it may run ahead a little where many are made at once";
}

TEST(UuidTest, StrongIdsHashAndCompareAsTheirUuids) {
  using SongId = Id<struct SongTag>;
  const SongId id = SongId::New();
  EXPECT_EQ(SongId::Parse(id.ToString()), id);
  EXPECT_EQ(SongId::Parse("no id"), std::nullopt);
  EXPECT_EQ(std::hash<SongId>()(id), std::hash<Uuid>()(id.uuid()));
  EXPECT_LT(id, SongId::New());
  EXPECT_EQ(SongId().ToString(), "00000000-0000-0000-0000-000000000000");
}

TEST(TimeTest, WritesTimesBeforeTheEpochAndCutsToMilliseconds) {
  EXPECT_EQ(FormatRfc3339(TimePoint(-1us)), "1969-12-31T23:59:59.999Z");
  EXPECT_EQ(FormatRfc3339(TimePoint(999us)), "1970-01-01T00:00:00.000Z");
  EXPECT_EQ(FormatRfc3339(*ParseRfc3339("0001-02-03T04:05:06Z")), "0001-02-03T04:05:06.000Z");
}

TEST(TimeTest, KnowsLeapDaysLeapSecondsAndTheFarEnds) {
  EXPECT_EQ(FormatRfc3339(*ParseRfc3339("2024-02-29T00:00:00Z")), "2024-02-29T00:00:00.000Z");
  EXPECT_EQ(ParseRfc3339("2023-02-29T00:00:00Z"), std::nullopt);
  EXPECT_EQ(ParseRfc3339("2100-02-29T00:00:00Z"), std::nullopt);
  EXPECT_EQ(ParseRfc3339("2016-12-31T23:59:60Z"), ParseRfc3339("2017-01-01T00:00:00Z"));
  EXPECT_EQ(FormatRfc3339(*ParseRfc3339("9999-12-31T23:59:59.999999999Z")), "9999-12-31T23:59:59.999Z");
  EXPECT_EQ(ParseRfc3339("1970-01-01t00:00:00.5z"), TimePoint(500ms));
  EXPECT_EQ(ParseRfc3339("1970-01-01T00:00:00-00:00"), TimePoint());
  EXPECT_EQ(ParseRfc3339("1970-01-01T23:59:00+23:59"), TimePoint());
}

TEST(TimeTest, ReadsRfc3339AndWhatPostgresWrites) {
  const TimePoint time(1'795'519'251'123'456us);
  EXPECT_EQ(ParseRfc3339("2026-11-24T11:20:51.123456Z"), time);
  EXPECT_EQ(ParseRfc3339("2026-11-24 11:20:51.123456+00"), time);
  EXPECT_EQ(ParseRfc3339("2026-11-24T13:20:51.123456789+02:00"), time);
  EXPECT_EQ(ParseRfc3339("2026-11-24T05:50:51.123456-05:30"), time);
  EXPECT_EQ(ParseRfc3339("2026-11-24T11:20:51Z"), TimePoint(1'795'519'251s));
}

TEST(TimeTest, ReadsNothingElse) {
  for (const char* text : {"",
                           "2026-11-24",
                           "2026-11-24T11:20:51",
                           "2026-13-24T11:20:51Z",
                           "2026-02-30T11:20:51Z",
                           "2026-11-24T24:20:51Z",
                           "2026-11-24T11:60:51Z",
                           "2026-11-24T11:20:51Zx",
                           "26-11-24T11:20:51Z",
                           "2026-11-24T11:20:51.Z",
                           "2026-11-24T11:20:51.1234567890Z",
                           "2026-11-24T11:20:51+24:00",
                           "2026-11-24T11:20:51+01:60",
                           "2026-11-24T11:20:51+1",
                           "2026-11-24T11:20:51+01:",
                           "2026-11-24T11:20:61Z",
                           "2026-00-24T11:20:51Z",
                           "2026-11-00T11:20:51Z",
                           "-026-11-24T11:20:51Z",
                           "2026-11-24T+1:20:51Z",
                           " 2026-11-24T11:20:51Z"}) {
    EXPECT_EQ(ParseRfc3339(text), std::nullopt) << text;
  }
}

TEST(ErrorTest, DescribesAnyException) {
  EXPECT_EQ(Describe(std::make_exception_ptr(Error(ErrorKind::kNotFound, "no_such", "Not there."))),
            "no_such: Not there.");
  EXPECT_EQ(Describe(std::make_exception_ptr(std::runtime_error("broken"))), "broken");
  EXPECT_EQ(Describe(std::make_exception_ptr(1)), "an exception of an unknown type");
  EXPECT_EQ(Describe(nullptr), "no error");
}

}  // namespace
}  // namespace descant
