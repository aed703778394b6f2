#include "services/user/domain/email.h"

#include <string>

#include <gtest/gtest.h>

namespace descant::user {
namespace {

TEST(EmailTest, AcceptsWhatPeopleHave) {
  for (const char* text : {"ada@example.org", "Ada.Lovelace+music@mail.example.co.uk", "o'neil@example.org",
                           "root@localhost", "jürgen@bücher.example", "a@1.example"}) {
    EXPECT_TRUE(IsEmailAddress(text)) << text;
  }
}

TEST(EmailTest, RefusesWhatIsNone) {
  for (const char* text : {"",
                           "@",
                           "ada",
                           "ada@",
                           "@example.org",
                           "ada@@example.org",
                           "a da@example.org",
                           "ada@exam ple.org",
                           "ada@.org",
                           "ada@example.",
                           "ada@example..org",
                           ".ada@example.org",
                           "ada.@example.org",
                           "a..b@example.org",
                           "ada@-example.org",
                           "ada@example-.org",
                           "ada@exa_mple.org",
                           "<ada@example.org>",
                           "a,b@example.org",
                           "\"a b\"@example.org",
                           "ada@[127.0.0.1]",
                           "ada@example.org\n"}) {
    EXPECT_FALSE(IsEmailAddress(text)) << text;
  }
}

TEST(EmailTest, BoundsEachPart) {
  const std::string local(64, 'a');
  const std::string label(63, 'b');
  EXPECT_TRUE(IsEmailAddress(local + "@" + label + ".org"));
  EXPECT_FALSE(IsEmailAddress(local + "a@" + label + ".org"));
  EXPECT_FALSE(IsEmailAddress(local + "@" + label + "b.org"));
  EXPECT_FALSE(IsEmailAddress(local + "@" + label + "." + label + "." + label));
}

}  // namespace
}  // namespace descant::user
