#include "platform/config/reader.h"

#include <cstdio>
#include <fstream>
#include <map>
#include <sstream>

#include <gmock/gmock.h>

namespace descant::config {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

Environment Fixed(std::map<std::string, std::string> values) {
  return [values](std::string_view name) -> std::optional<std::string> {
    const auto found = values.find(std::string(name));
    return found == values.end() ? std::nullopt : std::optional(found->second);
  };
}

TEST(ReaderTest, ReadsEachType) {
  Reader reader("test", Fixed({{"A", "text"}, {"B", "42"}, {"C", "15m"}, {"D", "64MiB"}, {"E", "s3"}}));
  EXPECT_EQ(reader.Required("A", ""), "text");
  EXPECT_EQ(reader.Integer("B", "", 1, 0, 100), 42);
  EXPECT_EQ(reader.Duration("C", "", 1s), 15min);
  EXPECT_EQ(reader.Bytes("D", "", 0), 64 << 20);
  EXPECT_EQ(reader.OneOf("E", "", {"local", "s3"}), "s3");
  EXPECT_THAT(reader.problems(), IsEmpty());
}

TEST(ReaderTest, FallsBackWhenUnsetOrEmpty) {
  Reader reader("test", Fixed({{"B", ""}}));
  EXPECT_EQ(reader.Optional("A", "", "x"), "x");
  EXPECT_EQ(reader.Integer("B", "", 7, 0, 100), 7);
  EXPECT_EQ(reader.OneOf("E", "", {"local", "s3"}), "local");
  EXPECT_THAT(reader.problems(), IsEmpty());
}

TEST(ReaderTest, NamesEveryProblemAtOnce) {
  Reader reader("test",
                Fixed({{"B", "4x"}, {"C", "15"}, {"D", "-1"}, {"E", "ftp"}, {"S", "short"}, {"F", "101"}}));
  reader.Required("A", "");
  reader.Integer("B", "", 1, 0, 100);
  reader.Duration("C", "", 1s);
  reader.Bytes("D", "", 0);
  reader.OneOf("E", "", {"local", "s3"});
  reader.Secret("S", "", 32);
  reader.Integer("F", "", 1, 0, 100);
  EXPECT_THAT(reader.problems(),
              ElementsAre(HasSubstr("A is not set"), HasSubstr("B has to"), HasSubstr("C has to"),
                          HasSubstr("D has to"), HasSubstr("E has to"),
                          HasSubstr("S has to have at least 32"), HasSubstr("F has to")));
  const char* argv[] = {"test"};
  EXPECT_EQ(reader.Finish(1, argv), 78);
}

TEST(ReaderTest, NoNumberIsTooLargeForItsUnit) {
  Reader reader("test", Fixed({{"A", "999999999999d"},
                               {"B", "999999999999GiB"},
                               {"C", "99999999999999999999"},
                               {"D", "3660d"},
                               {"E", "1048576GiB"},
                               {"F", "999ms"},
                               {"G", "1500ms"}}));
  reader.Duration("A", "", 1s);
  reader.Bytes("B", "", 0);
  reader.Bytes("C", "", 0);
  EXPECT_EQ(reader.Duration("D", "", 1s), std::chrono::days(3660));
  EXPECT_EQ(reader.Bytes("E", "", 0), std::int64_t{1} << 50);
  reader.Seconds("F", "", 1s);
  EXPECT_EQ(reader.Seconds("G", "", 5s), 1s);
  EXPECT_THAT(reader.problems(), ElementsAre(HasSubstr("A has to be"), HasSubstr("B has to be"),
                                             HasSubstr("C has to be"), HasSubstr("F has to be at least 1s")));
}

TEST(ReaderTest, ASecretComesFromAFileAndHasNoDefault) {
  char path[] = "/tmp/descant-secret-XXXXXX";
  ASSERT_GE(mkstemp(path), 0);
  std::ofstream(path) << "0123456789abcdef\n";
  Reader reader("test", Fixed({{"S_FILE", path}}));
  EXPECT_EQ(reader.Secret("S", "", 16), "0123456789abcdef");
  EXPECT_EQ(reader.Secret("T", "", 16), "");
  EXPECT_THAT(reader.problems(), ElementsAre(HasSubstr("T is not set")));
  std::remove(path);
}

TEST(ReaderTest, HelpListsTheSettingsButNoSecret) {
  Reader reader("test", Fixed({{"S", "a-very-secret-value"}}));
  reader.Secret("S", "what it is", 4);
  reader.Duration("TTL", "how long", 15min);
  std::ostringstream help;
  reader.PrintHelp(help);
  EXPECT_THAT(help.str(), HasSubstr("TTL\n      how long (duration, default 15m)"));
  EXPECT_THAT(help.str(), Not(HasSubstr("a-very-secret-value")));
  const char* argv[] = {"test", "--wrong"};
  EXPECT_EQ(reader.Finish(2, argv), 64);
  EXPECT_EQ(reader.Finish(1, argv), std::nullopt);
}

}  // namespace
}  // namespace descant::config
