#include "platform/log/log.h"

#include <limits>
#include <sstream>
#include <thread>
#include <vector>

#include <boost/json/parse.hpp>
#include <gmock/gmock.h>

#include "platform/base/time.h"

namespace descant::log {
namespace {

using ::testing::internal::CaptureStderr;
using ::testing::internal::GetCapturedStderr;

// The lines that `work` writes, each of which has to be one JSON object.
template <class F>
std::vector<boost::json::object> LinesOf(Level level, F work) {
  CaptureStderr();
  Start("test", level);
  work();
  std::istringstream lines(GetCapturedStderr());
  std::vector<boost::json::object> objects;
  for (std::string line; std::getline(lines, line);) objects.push_back(boost::json::parse(line).as_object());
  return objects;
}

std::string TextOf(const boost::json::object& object, std::string_view name) {
  return std::string(object.at(name).as_string());
}

TEST(LogTest, WritesOneObjectALine) {
  const auto lines = LinesOf(Level::kInfo, [] {
    Info("hello", {{"text", "value"},
                   {"number", -7},
                   {"large", std::numeric_limits<std::uint64_t>::max()},
                   {"yes", true},
                   {"half", 0.5},
                   {"none", std::numeric_limits<double>::quiet_NaN()}});
  });
  ASSERT_EQ(lines.size(), 1);
  const auto& line = lines.front();
  EXPECT_TRUE(ParseRfc3339(line.at("time").as_string())) << line;
  EXPECT_EQ(line.at("level"), "info");
  EXPECT_EQ(line.at("service"), "test");
  EXPECT_EQ(line.at("message"), "hello");
  EXPECT_EQ(line.at("text"), "value");
  EXPECT_EQ(line.at("number"), -7);
  EXPECT_EQ(line.at("large"), std::numeric_limits<std::uint64_t>::max());
  EXPECT_EQ(line.at("yes"), true);
  EXPECT_EQ(line.at("half"), 0.5);
  EXPECT_EQ(line.at("none"), nullptr);
}

TEST(LogTest, TellsWhatItWrites) {
  const auto lines = LinesOf(Level::kWarning, [] {
    EXPECT_FALSE(Writes(Level::kDebug));
    EXPECT_FALSE(Writes(Level::kInfo));
    EXPECT_TRUE(Writes(Level::kWarning));
    EXPECT_TRUE(Writes(Level::kError));
    Info("dropped");
    Warning("kept");
  });
  ASSERT_EQ(lines.size(), 1);
  EXPECT_EQ(lines.front().at("message"), "kept");
}

TEST(LogTest, NothingBreaksOutOfItsLine) {
  const std::string hostile = "a\"},\n{\"level\":\"error\" \\ \x01 %v {} \r";
  const auto lines = LinesOf(Level::kInfo, [&] {
    Info(hostile,
         {{"field", hostile}, {"cut", "\xC3"}, {"bytes", "a\xFF\xFE"}, {"nul", std::string("a\0b", 3)}});
  });
  ASSERT_EQ(lines.size(), 1);
  EXPECT_EQ(TextOf(lines.front(), "message"), hostile);
  EXPECT_EQ(TextOf(lines.front(), "field"), hostile);
  EXPECT_EQ(lines.front().at("cut"), "\uFFFD");
  EXPECT_EQ(lines.front().at("bytes"), "a\uFFFD\uFFFD");
  EXPECT_EQ(lines.front().at("nul").as_string().size(), 3);
}

TEST(LogTest, DropsWhatIsBelowItsLevel) {
  const auto all = [] { Debug("d"), Info("i"), Warning("w"), Error("e"); };
  EXPECT_EQ(LinesOf(Level::kDebug, all).size(), 4);
  EXPECT_EQ(LinesOf(Level::kInfo, all).size(), 3);
  const auto lines = LinesOf(Level::kWarning, all);
  ASSERT_EQ(lines.size(), 2);
  EXPECT_EQ(lines[0].at("level"), "warning");
  EXPECT_EQ(lines[1].at("level"), "error");
  EXPECT_EQ(LinesOf(Level::kError, all).size(), 1);
}

TEST(LogTest, ReadsLevels) {
  EXPECT_EQ(ParseLevel("debug"), Level::kDebug);
  EXPECT_EQ(ParseLevel("info"), Level::kInfo);
  EXPECT_EQ(ParseLevel("warning"), Level::kWarning);
  EXPECT_EQ(ParseLevel("error"), Level::kError);
  EXPECT_EQ(ParseLevel("loud"), Level::kInfo);
}

TEST(LogTest, ThreadsDoNotMixTheirLines) {
  const auto lines = LinesOf(Level::kInfo, [] {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 4; ++i) {
      threads.emplace_back([i] {
        for (int j = 0; j < 500; ++j) Info("line", {{"thread", i}, {"text", std::string(300, 'x')}});
      });
    }
  });
  EXPECT_EQ(lines.size(), 2000);
}

}  // namespace
}  // namespace descant::log
