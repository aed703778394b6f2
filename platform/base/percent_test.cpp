#include "platform/base/percent.h"

#include <gtest/gtest.h>

namespace descant {
namespace {

TEST(PercentTest, EncodesAllButUnreservedCharacters) {
  EXPECT_EQ(PercentEncode("AZaz09-._~"), "AZaz09-._~");
  EXPECT_EQ(PercentEncode("a b+c/ü"), "a%20b%2Bc%2F%C3%BC");
  EXPECT_EQ(PercentEncodePath("a b/c&d"), "a%20b/c%26d");
}

TEST(PercentTest, DecodesWhatItEncodes) {
  std::string all;
  for (int byte = 0; byte < 256; ++byte) all += static_cast<char>(byte);
  EXPECT_EQ(PercentDecode(PercentEncode(all)), all);
  EXPECT_EQ(PercentDecode("%c3%BC+"), "ü+");
}

TEST(PercentTest, RefusesWhatIsNoEncoding) {
  for (const char* text : {"%", "%4", "a%4", "%g0", "%0g", "%%41"}) EXPECT_FALSE(PercentDecode(text)) << text;
}

}  // namespace
}  // namespace descant
