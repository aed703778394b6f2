#include "services/user/app/accounts.h"

#include <gmock/gmock.h>

#include "services/user/testing/await.h"
#include "services/user/testing/service.h"

namespace descant::user::app {
namespace {

using testing::Await;
using testing::CodeOf;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

class AccountsTest : public ::testing::Test {
 protected:
  SignedIn Login(const std::string& password) {
    return Await(service.authentication.Login({.email = "ada@example.org", .password = password}));
  }
  Caller CallerOf(const SignedIn& signed_in) {
    return Await(service.authentication.Authenticate(signed_in.access_token));
  }

  testing::Service service;
  Accounts& accounts = service.accounts;
  const SignedIn ada = Await(service.authentication.Register(
      {.email = "ada@example.org", .password = "correct horse", .name = "Ada"}));
};

TEST_F(AccountsTest, FindsOneAndMany) {
  EXPECT_EQ(Await(accounts.Find(ada.user.id)), ada.user);
  EXPECT_EQ(CodeOf(accounts.Find(UserId::New())), "user_not_found");
  EXPECT_THAT(Await(accounts.FindMany({ada.user.id, UserId::New()})), ElementsAre(ada.user));
  EXPECT_THAT(Await(accounts.FindMany({})), IsEmpty());
}

TEST_F(AccountsTest, UpdatesTheProfile) {
  const User changed = Await(accounts.UpdateProfile(ada.user.id, {.name = "Countess"}));
  EXPECT_EQ(changed.name, "Countess");
  EXPECT_EQ(changed.email, "ada@example.org");
  EXPECT_EQ(service.tables.changes.back().change.kind, ChangeKind::kProfile);
  EXPECT_EQ(CodeOf(accounts.UpdateProfile(UserId::New(), {.name = "Nobody"})), "user_not_found");
}

TEST_F(AccountsTest, ANewPasswordEndsTheOtherSessions) {
  const SignedIn other = Login("correct horse");
  Await(accounts.ChangePassword(CallerOf(ada), "correct horse", "battery staple"));
  EXPECT_EQ(CodeOf(service.authentication.Authenticate(ada.access_token)), "");
  EXPECT_EQ(CodeOf(service.authentication.Authenticate(other.access_token)), "session_ended");
  EXPECT_EQ(CodeOf(service.authentication.Login({.email = "ada@example.org", .password = "correct horse"})),
            "invalid_credentials");
  Login("battery staple");
}

TEST_F(AccountsTest, AWrongPasswordChangesNothing) {
  const SignedIn other = Login("correct horse");
  EXPECT_EQ(CodeOf(accounts.ChangePassword(CallerOf(ada), "wrong", "battery staple")), "invalid_credentials");
  EXPECT_EQ(CodeOf(accounts.Remove(ada.user.id, "wrong")), "invalid_credentials");
  EXPECT_EQ(CodeOf(service.authentication.Authenticate(other.access_token)), "");
  Login("correct horse");
}

TEST_F(AccountsTest, RemovesTheUserAndTheirSessions) {
  Await(accounts.Remove(ada.user.id, "correct horse"));
  EXPECT_EQ(CodeOf(service.authentication.Authenticate(ada.access_token)), "session_ended");
  EXPECT_EQ(CodeOf(service.authentication.Refresh(ada.refresh_token)), "refresh_token_invalid");
  EXPECT_EQ(CodeOf(accounts.Find(ada.user.id)), "user_not_found");
  EXPECT_EQ(service.tables.changes.back().change.kind, ChangeKind::kDeleted);
}

}  // namespace
}  // namespace descant::user::app
