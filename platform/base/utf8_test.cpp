#include "platform/base/utf8.h"

#include <gmock/gmock.h>

namespace descant {
namespace {

TEST(Utf8Test, TakesWhatIsWellFormed) {
  for (const std::string& text :
       {std::string(), std::string("ascii"), std::string("a\0b", 3), std::string("ü 日本 𝄞"),
        std::string("\xC2\x80 \xDF\xBF \xE0\xA0\x80 \xED\x9F\xBF \xEE\x80\x80 \xEF\xBF\xBF \xF0\x90\x80\x80 "
                    "\xF4\x8F\xBF\xBF")}) {
    EXPECT_TRUE(IsUtf8(text)) << text;
    EXPECT_EQ(ToValidUtf8(text), text);
  }
}

TEST(Utf8Test, CountsCharactersAndNotBytes) {
  EXPECT_EQ(CountCodePoints(""), 0);
  EXPECT_EQ(CountCodePoints("ü 日 𝄞"), 5);
}

TEST(Utf8Test, RefusesTheRest) {
  for (const char* text : {
           "\x80", "\xBF", "a\xFF", "\xC3", "\xC3(", "\xE2\x82", "\xF0\x9D\x84",  // stray or cut short
           "\xC0\x80", "\xC1\xBF", "\xE0\x9F\xBF", "\xF0\x8F\xBF\xBF",            // overlong
           "\xED\xA0\x80", "\xED\xBF\xBF",                                        // surrogates
           "\xF4\x90\x80\x80", "\xF5\x80\x80\x80", "\xFE",                        // above U+10FFFF
       }) {
    EXPECT_FALSE(IsUtf8(text)) << text;
    EXPECT_TRUE(IsUtf8(ToValidUtf8(text))) << text;
  }
  EXPECT_EQ(ToValidUtf8("a\xFF\xC3(b\xE2\x82"), "a\uFFFD\uFFFD(b\uFFFD\uFFFD");
}

}  // namespace
}  // namespace descant
