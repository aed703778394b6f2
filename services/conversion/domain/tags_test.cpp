#include "services/conversion/domain/tags.h"

#include <random>

#include <gtest/gtest.h>

#include "platform/base/utf8.h"

namespace descant::conversion {
namespace {

TEST(Tags, AreOneLineOfText) {
  EXPECT_EQ(CleanTag("Nocturne"), "Nocturne");
  EXPECT_EQ(CleanTag("  Night \r\n\t and   day\n"), "Night and day");
  EXPECT_EQ(CleanTag(std::string("a\0b\x1b[31mc\x7f", 10)), "a b [31mc");
  EXPECT_EQ(CleanTag("Dvo\xc5\x99\xc3\xa1k \xf0\x9f\x8e\xbb"), "Dvo\xc5\x99\xc3\xa1k \xf0\x9f\x8e\xbb");
  EXPECT_EQ(CleanTag("caf\xe9"), "caf\xef\xbf\xbd");  // Latin-1 that says it is UTF-8
  EXPECT_EQ(CleanTag("a\xe2\x80\xae"
                     "b\xe2\x81\xa6"
                     "c\xef\xbb\xbf"),
            "abc");  // turned writing, a byte order mark
  EXPECT_EQ(CleanTag("a\xc2\x85"
                     "b"),
            "a b");  // C1
  EXPECT_EQ(CleanTag(""), "");
  EXPECT_EQ(CleanTag(" \n "), "");
}

TEST(Tags, AreOfLimitedLength) {
  EXPECT_EQ(CleanTag(std::string(1'000'000, 'x')), std::string(kLongestTag, 'x'));
  std::string wide;
  for (int i = 0; i < 300; ++i) wide += "\xf0\x9f\x8e\xbb";
  EXPECT_EQ(CleanTag(wide), wide.substr(0, kLongestTag * 4));
}

TEST(Tags, AreCleanWhateverTheBytesAre) {
  std::mt19937 random(3);
  for (int round = 0; round < 20'000; ++round) {
    std::string raw(random() % 40, '\0');
    for (char& c : raw) c = static_cast<char>(random());
    const std::string clean = CleanTag(raw);
    ASSERT_TRUE(IsUtf8(clean));
    ASSERT_EQ(CleanTag(clean), clean);
  }
}

TEST(Tags, NumbersMayStateATotal) {
  EXPECT_EQ(ParseTagNumber("3"), (TagNumber{3, 0}));
  EXPECT_EQ(ParseTagNumber("3/12"), (TagNumber{3, 12}));
  EXPECT_EQ(ParseTagNumber(" 03 of 12"), (TagNumber{3, 12}));
  EXPECT_EQ(ParseTagNumber("7/3"), (TagNumber{7, 0}));
  for (const char* none : {"", "A3", "0", "-3", "99999", "99999999999999999999", "/"}) {
    EXPECT_EQ(ParseTagNumber(none), TagNumber{}) << none;
  }
}

TEST(Tags, DatesAreAsPreciseAsTheyAreRight) {
  EXPECT_EQ(ParseTagDate("1999"), "1999");
  EXPECT_EQ(ParseTagDate("1999-05"), "1999-05");
  EXPECT_EQ(ParseTagDate(" 1999-05-04T12:00:00Z"), "1999-05-04");
  EXPECT_EQ(ParseTagDate("1999-13-04"), "1999");
  EXPECT_EQ(ParseTagDate("1999-05-32"), "1999-05");
  EXPECT_EQ(ParseTagDate("19990504"), "1999");
  for (const char* none : {"", "199", "0000", "May 1999", "(c) 1999"})
    EXPECT_EQ(ParseTagDate(none), "") << none;
}

}  // namespace
}  // namespace descant::conversion
