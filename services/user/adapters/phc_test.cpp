#include "services/user/adapters/phc.h"

#include <gtest/gtest.h>

namespace descant::user::adapters {
namespace {

TEST(PhcTest, ReadsWhatItWrites) {
  const Argon2Hash hash{.settings = {.memory_kib = 12288, .iterations = 3, .lanes = 1},
                        .salt = std::string("\xfb\xff\xbf\x00salt", 8),
                        .hash = std::string("\xff\xfe\xfd hash", 8)};
  const std::string text = ToPhc(hash);
  EXPECT_EQ(text, "$argon2id$v=19$m=12288,t=3,p=1$+/+/AHNhbHQ$//79IGhhc2g");
  const auto read = ParsePhc(text);
  ASSERT_TRUE(read);
  EXPECT_EQ(read->settings, hash.settings);
  EXPECT_EQ(read->salt, hash.salt);
  EXPECT_EQ(read->hash, hash.hash);
}

TEST(PhcTest, RefusesEverythingElse) {
  for (const char* text :
       {"", "x", "$argon2i$v=19$m=64,t=1,p=1$c2FsdA$aGFzaA", "$argon2id$v=16$m=64,t=1,p=1$c2FsdA$aGFzaA",
        "$argon2id$v=19$m=,t=1,p=1$c2FsdA$aGFzaA", "$argon2id$v=19$m=99999999999,t=1,p=1$c2FsdA$aGFzaA",
        "$argon2id$v=19$m=64,t=1,p=1$c2FsdA", "$argon2id$v=19$m=64,t=1,p=1$c2FsdA$",
        "$argon2id$v=19$m=64,t=1,p=1$c2FsdA$aGFz-A", "$argon2id$v=19$m=64,t=1,p=1$c2FsdA$aGFzaA=="}) {
    EXPECT_FALSE(ParsePhc(text)) << text;
  }
}

}  // namespace
}  // namespace descant::user::adapters
