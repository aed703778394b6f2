#include "services/user/http/router_under_test.h"

namespace descant::user {
namespace {

using namespace std::chrono_literals;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::MatchesRegex;
using ::testing::Not;
using ::testing::Pair;
using ::testing::UnorderedElementsAre;

class AuthRoutesTest : public RouterTest {};

TEST_F(AuthRoutesTest, RegisterAnswersUserAndTokens) {
  const Sent sent = Register("Ada@Example.org");
  EXPECT_EQ(sent.status(), 201u);
  const json::object user = sent.body().at("user").as_object();
  EXPECT_EQ(user.at("email"), "Ada@Example.org");
  EXPECT_EQ(user.at("name"), "Ada");
  EXPECT_EQ(user.at("created_at"), "2030-01-02T03:04:05.678Z");
  EXPECT_EQ(sent.body().at("token_type"), "Bearer");
  EXPECT_EQ(sent.body().at("expires_in"), 900);
  EXPECT_THAT(sent.text("refresh_token"), MatchesRegex("[A-Za-z0-9_-]{43}"));
  EXPECT_THAT(sent.response.headers, Contains(Pair("Cache-Control", "no-store")));
  EXPECT_THAT(sent.response.headers,
              Contains(Pair("Location", "/api/v1/users/" + std::string(user.at("id").as_string()))));
  EXPECT_THAT(sent.response.body, Not(HasSubstr("password")));
}

TEST_F(AuthRoutesTest, RegisterNamesAllThatIsWrong) {
  const Sent sent =
      Send(Method::kPost, "/api/v1/auth/register", R"({"email":"nobody","password":"short","name":"  "})");
  EXPECT_EQ(sent.status(), 422u);
  EXPECT_EQ(sent.code(), "validation_failed");
  EXPECT_THAT(sent.errors(), UnorderedElementsAre("email:invalid", "password:too_short", "name:required"));
}

TEST_F(AuthRoutesTest, RegisterBoundsEachField) {
  const auto with = [&](const std::string& email, const std::string& password, const std::string& name) {
    return Send(Method::kPost, "/api/v1/auth/register",
                json::serialize(json::object{{"email", email}, {"password", password}, {"name", name}}));
  };
  const std::string text(300, 'x');
  EXPECT_THAT(with("a@b.org", text, "A").errors(), Contains("password:too_long"));
  EXPECT_THAT(with("a@b.org", "12345678", text).errors(), Contains("name:too_long"));
  EXPECT_THAT(with(text + "@b.org", "12345678", "A").errors(), Contains("email:too_long"));
  EXPECT_EQ(with("a@b.org", "12345678", "A").status(), 201u);
  EXPECT_EQ(with("c@b.org", text.substr(0, 256), text.substr(0, 100)).status(), 201u);
}

TEST_F(AuthRoutesTest, RegisterRefusesATakenAddress) {
  Register("ada@example.org");
  const Sent sent = Register("ADA@example.org");
  EXPECT_EQ(sent.status(), 409u);
  EXPECT_EQ(sent.code(), "email_taken");
}

TEST_F(AuthRoutesTest, BodiesHaveToBeJsonObjects) {
  for (const char* path : {"/api/v1/auth/register", "/api/v1/auth/login", "/api/v1/auth/refresh"}) {
    EXPECT_EQ(Send(Method::kPost, path, "{").code(), "malformed_json") << path;
    EXPECT_EQ(Send(Method::kPost, path, "[]").status(), 400u) << path;
    EXPECT_EQ(Send(Method::kPost, path, "{}", "", "text/plain").code(), "unsupported_media_type") << path;
    EXPECT_EQ(Send(Method::kPost, path, "{}").code(), "validation_failed") << path;
    EXPECT_EQ(Send(Method::kPost, path, "").status(), 415u) << path;
  }
}

TEST_F(AuthRoutesTest, LoginAnswersLikeRegister) {
  const Sent registered = Register();
  const Sent sent = Login("ADA@EXAMPLE.ORG", "correct horse");
  EXPECT_EQ(sent.status(), 200u);
  EXPECT_EQ(sent.body().at("user"), registered.body().at("user"));
  EXPECT_EQ(Me(sent.text("access_token")).status(), 200u);
}

TEST_F(AuthRoutesTest, LoginRefusesAlike) {
  Register();
  const Sent wrong = Login("ada@example.org", "wrong");
  const Sent unknown = Login("bob@example.org", "wrong");
  EXPECT_EQ(wrong.status(), 401u);
  EXPECT_EQ(wrong.code(), "invalid_credentials");
  EXPECT_EQ(wrong.response.body, unknown.response.body);
  EXPECT_EQ(service.hasher.verified.size(), 2u);
}

TEST_F(AuthRoutesTest, OverloadIsAnsweredWithRetryAfter) {
  const std::string token = Register().text("access_token");
  service.hasher.overloaded = true;
  for (const Sent& sent :
       {Register("bob@example.org"), Login("ada@example.org", "correct horse"), Login("bob@example.org", "x"),
        Send(Method::kDelete, "/api/v1/users/me", R"({"password":"correct horse"})", token)}) {
    EXPECT_EQ(sent.status(), 503u);
    EXPECT_EQ(sent.code(), "overloaded");
    EXPECT_THAT(sent.response.headers, Contains(Pair("Retry-After", "1")));
  }
}

TEST_F(AuthRoutesTest, RefreshRotatesAndNoticesReuse) {
  const Sent first = Register();
  const Sent second = Refresh(first.text("refresh_token"));
  EXPECT_EQ(second.status(), 200u);
  EXPECT_EQ(second.body().at("user"), first.body().at("user"));
  const Sent raced = Refresh(first.text("refresh_token"));
  EXPECT_EQ(raced.status(), 409u);
  EXPECT_EQ(raced.code(), "refresh_token_just_used");
  EXPECT_THAT(raced.response.headers, Contains(Pair("Retry-After", "1")));
  service.now += app::TokenLifetimes{}.refresh_grace;
  const Sent reused = Refresh(first.text("refresh_token"));
  EXPECT_EQ(reused.status(), 401u);
  EXPECT_EQ(reused.code(), "refresh_token_reused");
  const Sent revoked = Refresh(second.text("refresh_token"));
  EXPECT_EQ(revoked.status(), 401u);
  EXPECT_EQ(revoked.code(), "refresh_token_invalid");
  EXPECT_EQ(Me(second.text("access_token")).code(), "session_ended");
}

TEST_F(AuthRoutesTest, RefreshRefusesWhatIsNoRefreshToken) {
  const Sent ada = Register();
  EXPECT_EQ(Refresh(ada.text("access_token")).code(), "refresh_token_invalid");
  EXPECT_EQ(Refresh("x").code(), "refresh_token_invalid");
  EXPECT_EQ(Refresh("").status(), 422u);
}

TEST_F(AuthRoutesTest, LogoutByAccessToken) {
  const Sent ada = Register();
  const std::string token = ada.text("access_token");
  const Sent sent = Send(Method::kPost, "/api/v1/auth/logout", "", token);
  EXPECT_EQ(sent.status(), 204u);
  EXPECT_EQ(sent.response.body, "");
  EXPECT_EQ(Me(token).code(), "session_ended");
  EXPECT_EQ(Refresh(ada.text("refresh_token")).code(), "refresh_token_invalid");
  EXPECT_EQ(Send(Method::kPost, "/api/v1/auth/logout", "", token).code(), "session_ended");
}

TEST_F(AuthRoutesTest, LogoutByRefreshToken) {
  const Sent ada = Register();
  const std::string body = json::serialize(json::object{{"refresh_token", ada.text("refresh_token")}});
  EXPECT_EQ(Send(Method::kPost, "/api/v1/auth/logout", body).status(), 204u);
  EXPECT_EQ(Me(ada.text("access_token")).code(), "session_ended");
  EXPECT_EQ(Send(Method::kPost, "/api/v1/auth/logout", R"({"refresh_token":"x"})").code(),
            "refresh_token_invalid");
  EXPECT_EQ(Send(Method::kPost, "/api/v1/auth/logout", "{}").status(), 422u);
  EXPECT_EQ(Send(Method::kPost, "/api/v1/auth/logout").code(), "token_missing");
}

class RefreshCookieTest : public RouterTest {
 protected:
  Sent LoginByCookie(const std::vector<http::Header>& headers = {}) {
    return Send(Method::kPost, "/api/v1/auth/login",
                R"({"email":"ada@example.org","password":"correct horse","refresh_token_in":"cookie"})", "",
                "application/json", headers);
  }
  Sent RefreshByCookie(const std::string& cookie) {
    return Send(Method::kPost, "/api/v1/auth/refresh", "", "", "", {{"cookie", cookie}});
  }
  static std::string SetCookie(const Sent& sent) {
    for (const auto& [name, value] : sent.response.headers)
      if (name == "Set-Cookie") return value;
    return "";
  }
  // name=value, as the browser sends it back
  static std::string Kept(const Sent& sent) {
    const std::string cookie = SetCookie(sent);
    return cookie.substr(0, cookie.find(';'));
  }
};

TEST_F(RefreshCookieTest, TheBodyHasTheTokenUnlessACookieIsAskedFor) {
  EXPECT_EQ(SetCookie(Register()), "");
  const Sent sent = LoginByCookie();
  EXPECT_TRUE(sent.body().at("refresh_token").is_null());
  EXPECT_THAT(SetCookie(sent), MatchesRegex("descant_refresh=[A-Za-z0-9_-]{43}; Max-Age=2592000; "
                                            "Path=/api/v1/auth/refresh; HttpOnly; SameSite=Strict"));
  EXPECT_THAT(SetCookie(LoginByCookie({{"x-forwarded-proto", "https"}})), HasSubstr("; Secure"));
}

TEST_F(RefreshCookieTest, RegisterSetsItToo) {
  const Sent sent = Send(
      Method::kPost, "/api/v1/auth/register",
      R"({"email":"ada@example.org","password":"correct horse","name":"Ada","refresh_token_in":"cookie"})");
  EXPECT_EQ(sent.status(), 201u);
  EXPECT_TRUE(sent.body().at("refresh_token").is_null());
  EXPECT_EQ(RefreshByCookie(Kept(sent)).status(), 200u);
}

TEST_F(RefreshCookieTest, RefreshRotatesTheCookieAndNoticesReuse) {
  Register();
  const std::string first = Kept(LoginByCookie());
  const Sent second = RefreshByCookie(first);
  EXPECT_EQ(second.status(), 200u);
  EXPECT_TRUE(second.body().at("refresh_token").is_null());
  EXPECT_EQ(Me(second.text("access_token")).status(), 200u);
  EXPECT_NE(Kept(second), first);
  const Sent raced = RefreshByCookie(first);
  EXPECT_EQ(raced.code(), "refresh_token_just_used");
  EXPECT_EQ(SetCookie(raced), "") << "the browser keeps what the other answer gave it";
  service.now += app::TokenLifetimes{}.refresh_grace;
  EXPECT_EQ(RefreshByCookie(first).code(), "refresh_token_reused");
  EXPECT_EQ(RefreshByCookie(Kept(second)).code(), "refresh_token_invalid");
}

TEST_F(RefreshCookieTest, ABodyWinsOverTheCookie) {
  const Sent ada = Register();
  const std::string cookie = Kept(LoginByCookie());
  const Sent sent = Send(Method::kPost, "/api/v1/auth/refresh",
                         json::serialize(json::object{{"refresh_token", ada.text("refresh_token")}}), "",
                         "application/json", {{"cookie", cookie}});
  EXPECT_EQ(sent.status(), 200u);
  EXPECT_EQ(SetCookie(sent), "");
  EXPECT_EQ(RefreshByCookie(cookie).status(), 200u);
}

TEST_F(RefreshCookieTest, AnEmptyCookieIsNone) {
  EXPECT_EQ(RefreshByCookie("descant_refresh=").status(), 415u);
  EXPECT_EQ(RefreshByCookie("other=x").status(), 415u);
}

TEST_F(RefreshCookieTest, LogoutAndDeletionForgetIt) {
  Register();
  const Sent sent = Send(Method::kPost, "/api/v1/auth/logout", "", LoginByCookie().text("access_token"));
  EXPECT_EQ(SetCookie(sent),
            "descant_refresh=; Max-Age=0; Path=/api/v1/auth/refresh; HttpOnly; SameSite=Strict");
  const Sent gone = Send(Method::kDelete, "/api/v1/users/me", R"({"password":"correct horse"})",
                         LoginByCookie().text("access_token"));
  EXPECT_EQ(SetCookie(gone), SetCookie(sent));
}

TEST_F(RefreshCookieTest, OtherPlacesAreRefused) {
  const Sent sent = Send(Method::kPost, "/api/v1/auth/login",
                         R"({"email":"a@b.org","password":"x","refresh_token_in":"header"})");
  EXPECT_THAT(sent.errors(), UnorderedElementsAre("refresh_token_in:invalid"));
}

}  // namespace
}  // namespace descant::user
