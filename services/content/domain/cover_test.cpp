#include "services/content/domain/cover.h"

#include <string>

#include <gtest/gtest.h>

namespace descant::content::domain {
namespace {

using namespace std::string_literals;

const std::string kStart = "\xFF\xD8"s;
const std::string kComment = "\xFF\xFE\x00\x04hi"s;
const std::string kTables = "\xFF\xC4\x00\x03\x00"s;
const std::string kFrame =
    "\xFF\xC2\x00\x0B\x08\x01\xE0\x02\x80\x01\x01\x11\x00"s;  // progressive, 640 by 480
const std::string kScan = "\xFF\xDA\x00\x02 and then pixels \xFF\xD9"s;

TEST(CoverTest, AJpegTellsItsSize) {
  const auto size = JpegSize(kStart + kComment + kTables + kFrame + kScan);
  ASSERT_TRUE(size);
  EXPECT_EQ(size->width, 640);
  EXPECT_EQ(size->height, 480);
}

TEST(CoverTest, AnythingElseTellsNone) {
  const std::string header = kStart + kComment + kTables + kFrame;
  const std::string whole = header + kScan;
  for (std::size_t length = 0; length < whole.size(); ++length) {
    EXPECT_FALSE(JpegSize(whole.substr(0, length))) << length;
    EXPECT_FALSE(JpegSize(whole.substr(length + 1))) << length;
  }
  for (std::size_t length = 0; length <= header.size(); ++length) {
    EXPECT_FALSE(JpegSize(header.substr(0, length) + "\xFF\xD9")) << length << " and an end";
  }
  EXPECT_FALSE(JpegSize(kStart + kScan)) << "no frame";
  EXPECT_FALSE(JpegSize(kStart + kFrame + kFrame + kScan)) << "two frames";
  EXPECT_FALSE(JpegSize(kStart + "\xFF\xC0\x00\x02"s + kScan)) << "an empty frame header";
  EXPECT_FALSE(JpegSize(kStart + "\xFF\xFE\x00\x01"s + kFrame + kScan))
      << "a segment shorter than its length";
  EXPECT_FALSE(JpegSize("\x89PNG\r\n\x1A\n and so on \xFF\xD9"));
}

TEST(CoverTest, CoversOfAContentAreByThemselves) {
  const auto id = ContentId::New();
  EXPECT_EQ(CoverPrefix(id), "media/" + id.ToString() + "/cover/");
}

}  // namespace
}  // namespace descant::content::domain
