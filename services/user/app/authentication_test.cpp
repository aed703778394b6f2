#include "services/user/app/authentication.h"

#include <gmock/gmock.h>

#include "services/user/testing/await.h"
#include "services/user/testing/service.h"

namespace descant::user::app {
namespace {

using namespace std::chrono_literals;
using testing::Await;
using testing::CodeOf;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr auto kGrace = TokenLifetimes{}.refresh_grace;

class AuthenticationTest : public ::testing::Test {
 protected:
  SignedIn Register(const std::string& email = "Ada@example.org") {
    return Await(authentication.Register({.email = email, .password = "correct horse", .name = "Ada"}));
  }
  SignedIn Login() {
    return Await(authentication.Login({.email = "ada@example.org", .password = "correct horse"}));
  }

  std::vector<ChangeKind> ChangeKinds() {
    std::vector<ChangeKind> kinds;
    for (const auto& row : service.tables.changes) kinds.push_back(row.change.kind);
    return kinds;
  }

  testing::Service service;
  Authentication& authentication = service.authentication;
};

TEST_F(AuthenticationTest, RegisteringSignsIn) {
  const SignedIn ada = Register();
  EXPECT_EQ(ada.user.email, "Ada@example.org");
  EXPECT_EQ(ada.user.created_at, service.now);
  EXPECT_EQ(ada.expires_in, 15min);
  const Caller caller = Await(authentication.Authenticate(ada.access_token));
  EXPECT_EQ(caller.user, ada.user);
  EXPECT_EQ(caller.token_expires_at, std::chrono::floor<std::chrono::seconds>(service.now) + 15min);
}

TEST_F(AuthenticationTest, AnAddressIsTakenInAnyCase) {
  Register();
  EXPECT_EQ(
      CodeOf(authentication.Register({.email = "aDA@EXAMPLE.org", .password = "12345678", .name = "A"})),
      "email_taken");
}

TEST_F(AuthenticationTest, LogsInWithTheAddressInAnyCase) {
  const SignedIn ada = Register();
  const SignedIn again = Login();
  EXPECT_EQ(again.user, ada.user);
  EXPECT_THAT(service.tables.sessions, SizeIs(2));
}

TEST_F(AuthenticationTest, AWrongPasswordAndAnUnknownAddressAreRefusedAlikeAndBothAreHashed) {
  Register();
  EXPECT_EQ(CodeOf(authentication.Login({.email = "ada@example.org", .password = "wrong"})),
            "invalid_credentials");
  EXPECT_EQ(CodeOf(authentication.Login({.email = "bob@example.org", .password = "wrong"})),
            "invalid_credentials");
  EXPECT_THAT(service.hasher.verified, ElementsAre("v1:correct horse", service.hasher.Decoy()));
}

TEST_F(AuthenticationTest, ThePasswordOfTheDecoyOpensNothing) {
  EXPECT_EQ(CodeOf(authentication.Login({.email = "bob@example.org", .password = "\n"})),
            "invalid_credentials");
  EXPECT_THAT(service.tables.sessions, IsEmpty());
}

TEST_F(AuthenticationTest, LoginHashesAnOutdatedPasswordAnew) {
  const SignedIn ada = Register();
  service.hasher.scheme = "v2";
  Login();
  EXPECT_EQ(service.tables.accounts.at(ada.user.id).password_hash, "v2:correct horse");
  EXPECT_EQ(service.tables.accounts.at(ada.user.id).password_version, 1);
  Login();
}

TEST_F(AuthenticationTest, LoginDoesNotFailForWantOfRoomToHashAnew) {
  const SignedIn ada = Register();
  service.hasher.scheme = "v2";
  service.hasher.overloaded_hashing = true;
  Login();
  EXPECT_EQ(service.tables.accounts.at(ada.user.id).password_hash, "v1:correct horse");
  service.hasher.overloaded_hashing = false;
  Login();
  EXPECT_EQ(service.tables.accounts.at(ada.user.id).password_hash, "v2:correct horse");
}

TEST_F(AuthenticationTest, OverloadReachesTheCaller) {
  Register();
  service.hasher.overloaded = true;
  EXPECT_EQ(CodeOf(authentication.Login({.email = "ada@example.org", .password = "correct horse"})),
            "overloaded");
}

TEST_F(AuthenticationTest, RefreshGivesNewTokensAndKeepsTheSession) {
  const SignedIn first = Register();
  service.now += 20min;
  const SignedIn second = Await(authentication.Refresh(first.refresh_token));
  EXPECT_EQ(second.user, first.user);
  EXPECT_NE(second.refresh_token, first.refresh_token);
  EXPECT_THAT(service.tables.sessions, SizeIs(1));
  EXPECT_THAT(ChangeKinds(), IsEmpty());
  EXPECT_EQ(CodeOf(authentication.Authenticate(first.access_token)), "token_expired");
  EXPECT_EQ(CodeOf(authentication.Authenticate(second.access_token)), "");
}

TEST_F(AuthenticationTest, ReuseEndsTheWholeFamily) {
  const SignedIn first = Register();
  const SignedIn second = Await(authentication.Refresh(first.refresh_token));
  service.now += kGrace;
  EXPECT_EQ(CodeOf(authentication.Refresh(first.refresh_token)), "refresh_token_reused");
  EXPECT_EQ(CodeOf(authentication.Refresh(second.refresh_token)), "refresh_token_invalid");
  EXPECT_EQ(CodeOf(authentication.Authenticate(second.access_token)), "session_ended");
  EXPECT_EQ(CodeOf(authentication.Refresh(first.refresh_token)), "refresh_token_reused");
  EXPECT_THAT(ChangeKinds(), ElementsAre(ChangeKind::kSessions));
}

TEST_F(AuthenticationTest, ARaceForARefreshEndsNothing) {
  const SignedIn first = Register();
  const SignedIn second = Await(authentication.Refresh(first.refresh_token));
  service.now += kGrace - 1ms;
  EXPECT_EQ(CodeOf(authentication.Refresh(first.refresh_token)), "refresh_token_just_used");
  const SignedIn third = Await(authentication.Refresh(second.refresh_token));
  EXPECT_EQ(CodeOf(authentication.Refresh(second.refresh_token)), "refresh_token_just_used");
  EXPECT_EQ(CodeOf(authentication.Authenticate(third.access_token)), "");
  EXPECT_THAT(ChangeKinds(), IsEmpty());
  service.now += 1ms;
  EXPECT_EQ(CodeOf(authentication.Refresh(first.refresh_token)), "refresh_token_reused");
  EXPECT_EQ(CodeOf(authentication.Refresh(second.refresh_token)), "refresh_token_reused") << "it is over";
  EXPECT_EQ(CodeOf(authentication.Authenticate(third.access_token)), "session_ended");
}

TEST_F(AuthenticationTest, ReuseLeavesOtherSessionsAlone) {
  const SignedIn first = Register();
  const SignedIn other = Login();
  Await(authentication.Refresh(first.refresh_token));
  service.now += kGrace;
  EXPECT_EQ(CodeOf(authentication.Refresh(first.refresh_token)), "refresh_token_reused");
  EXPECT_EQ(CodeOf(authentication.Authenticate(other.access_token)), "");
  EXPECT_EQ(CodeOf(authentication.Refresh(other.refresh_token)), "");
}

TEST_F(AuthenticationTest, OneKindOfTokenIsNotTheOther) {
  const SignedIn ada = Register();
  EXPECT_EQ(CodeOf(authentication.Refresh(ada.access_token)), "refresh_token_invalid");
  EXPECT_EQ(CodeOf(authentication.Authenticate(ada.refresh_token)), "token_invalid");
}

TEST_F(AuthenticationTest, ASessionThatIsNotUsedExpires) {
  const SignedIn ada = Register();
  service.now += std::chrono::days(29);
  const SignedIn later = Await(authentication.Refresh(ada.refresh_token));
  service.now += std::chrono::days(29);
  const SignedIn still = Await(authentication.Refresh(later.refresh_token));
  service.now += std::chrono::days(30);
  EXPECT_EQ(CodeOf(authentication.Refresh(still.refresh_token)), "refresh_token_invalid");
}

TEST_F(AuthenticationTest, LogoutEndsTheSessionAtOnceAndOnlyThat) {
  const SignedIn ada = Register();
  const SignedIn other = Login();
  const Caller caller = Await(authentication.Authenticate(ada.access_token));
  Await(authentication.Logout(caller.session_id));
  EXPECT_EQ(CodeOf(authentication.Authenticate(ada.access_token)), "session_ended");
  EXPECT_EQ(CodeOf(authentication.Refresh(ada.refresh_token)), "refresh_token_invalid");
  EXPECT_EQ(CodeOf(authentication.Authenticate(other.access_token)), "");
  EXPECT_THAT(ChangeKinds(), ElementsAre(ChangeKind::kSessions));
}

TEST_F(AuthenticationTest, LogoutByRefreshToken) {
  const SignedIn ada = Register();
  Await(authentication.LogoutByRefreshToken(ada.refresh_token));
  EXPECT_EQ(CodeOf(authentication.Authenticate(ada.access_token)), "session_ended");
  EXPECT_EQ(CodeOf(authentication.LogoutByRefreshToken("unknown")), "refresh_token_invalid");
}

}  // namespace
}  // namespace descant::user::app
