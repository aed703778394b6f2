#include "services/user/http/router_under_test.h"

namespace descant::user {
namespace {

using namespace std::chrono_literals;
using ::testing::Contains;
using ::testing::Each;
using ::testing::Pair;

class UserRoutesTest : public RouterTest {};

TEST_F(UserRoutesTest, RoutesOfTheCallerNeedTheirToken) {
  const Sent ada = Register();
  const std::string token = ada.text("access_token");
  const std::string other_key = adapters::SignedTokens("another secret, also of 32 bytes or more")
                                    .Sign(tokens.Verify(token, service.now));
  const std::string valid =
      R"({"name":"B","password":"correct horse","current_password":"x","new_password":"12345678"})";
  struct Call {
    Method method;
    std::string path;
  };
  const auto refusals = [&](const std::string& bearer) {
    std::vector<std::string> codes;
    for (const auto& [method, path] :
         {Call{Method::kGet, "/api/v1/users/me"}, Call{Method::kPatch, "/api/v1/users/me"},
          Call{Method::kDelete, "/api/v1/users/me"}, Call{Method::kPut, "/api/v1/users/me/password"},
          Call{Method::kGet, "/api/v1/users/me/sessions"},
          Call{Method::kDelete, "/api/v1/users/me/sessions/x"}}) {
      const Sent sent = Send(method, path, method == Method::kGet ? "" : valid, bearer);
      EXPECT_EQ(sent.status(), 401u);
      codes.push_back(sent.code());
    }
    return codes;
  };
  EXPECT_THAT(refusals(""), Each("token_missing"));
  EXPECT_THAT(refusals("x.y.z"), Each("token_invalid"));
  EXPECT_THAT(refusals(token + "A"), Each("token_invalid"));
  EXPECT_THAT(refusals(other_key), Each("token_invalid"));
  EXPECT_THAT(refusals(ada.text("refresh_token")), Each("token_invalid"));
  service.now += 15min;
  EXPECT_THAT(refusals(token), Each("token_expired"));
  service.now -= 1min;
  EXPECT_EQ(Me(token).status(), 200u);
  service.tables.sessions.clear();
  EXPECT_THAT(refusals(token), Each("session_ended"));
}

TEST_F(UserRoutesTest, ShowsMe) {
  const Sent ada = Register();
  const Sent sent = Me(ada.text("access_token"));
  EXPECT_EQ(sent.status(), 200u);
  EXPECT_EQ(sent.body(), ada.body().at("user").as_object());
  EXPECT_THAT(sent.response.headers, Contains(Pair("Cache-Control", "no-store")));
}

TEST_F(UserRoutesTest, ListsAndEndsSessions) {
  Register();
  const std::string credentials = R"({"email":"ada@example.org","password":"correct horse"})";
  const auto login = [&](const std::string& agent) {
    return Send(Method::kPost, "/api/v1/auth/login", credentials, "", "application/json",
                {{"user-agent", agent}})
        .text("access_token");
  };
  const std::string phone = login("Phone/2 (caf\xc3\xa9\x01)");
  service.now += 1min;
  const std::string radio = login(std::string(300, 'r'));
  const std::string path = "/api/v1/users/me/sessions";

  const Sent listed = Send(Method::kGet, path, "", phone);
  EXPECT_EQ(listed.status(), 200u);
  const json::array items = listed.body().at("items").as_array();
  ASSERT_EQ(items.size(), 3u);
  EXPECT_EQ(items[0].at("agent").as_string(), std::string(256, 'r'));
  EXPECT_EQ(items[0].at("current"), false);
  EXPECT_EQ(items[1].at("agent"), "Phone/2 (caf)");
  EXPECT_EQ(items[1].at("current"), true);
  EXPECT_EQ(items[1].at("last_used_at"), "2030-01-02T03:04:05.678Z");

  const std::string last = path + "/" + std::string(items[0].at("id").as_string());
  const std::string bob = Register("bob@example.org").text("access_token");
  EXPECT_EQ(Send(Method::kDelete, last, "", bob).code(), "session_not_found");
  EXPECT_EQ(Me(radio).status(), 200u);
  EXPECT_EQ(Send(Method::kDelete, last, "", phone).status(), 204u);
  EXPECT_EQ(Me(radio).code(), "session_ended");
  EXPECT_EQ(Send(Method::kDelete, last, "", phone).code(), "session_not_found");
  EXPECT_EQ(Send(Method::kDelete, path + "/x", "", phone).status(), 404u);
}

TEST_F(UserRoutesTest, UpdatesMe) {
  Register("bob@example.org");
  const std::string token = Register().text("access_token");
  const auto update = [&](const std::string& body) {
    return Send(Method::kPatch, "/api/v1/users/me", body, token);
  };
  EXPECT_EQ(update(R"({"name":" Countess "})").text("name"), "Countess");
  EXPECT_EQ(update(R"({"email":"Countess@example.org"})").text("email"), "Countess@example.org");
  EXPECT_EQ(update(R"({"name":null})").text("name"), "Countess");
  EXPECT_EQ(update("{}").body(), Me(token).body());
  EXPECT_EQ(update(R"({"email":"BOB@example.org"})").code(), "email_taken");
  EXPECT_EQ(update(R"({"email":"bob"})").errors(), std::vector<std::string>{"email:invalid"});
  EXPECT_EQ(update(R"({"name":""})").errors(), std::vector<std::string>{"name:required"});
  EXPECT_EQ(update(R"({"name":7})").errors(), std::vector<std::string>{"name:invalid"});
  EXPECT_EQ(update("no").code(), "malformed_json");
}

TEST_F(UserRoutesTest, ChangesThePassword) {
  const std::string token = Register().text("access_token");
  const std::string other = Login("ada@example.org", "correct horse").text("access_token");
  const auto change = [&](const std::string& body) {
    return Send(Method::kPut, "/api/v1/users/me/password", body, token);
  };
  EXPECT_EQ(change(R"({"current_password":"wrong","new_password":"battery staple"})").code(),
            "invalid_credentials");
  EXPECT_EQ(change(R"({"current_password":"correct horse","new_password":"short"})").errors(),
            std::vector<std::string>{"new_password:too_short"});
  EXPECT_EQ(change("{}").status(), 422u);
  EXPECT_EQ(Me(other).status(), 200u);
  EXPECT_EQ(change(R"({"current_password":"correct horse","new_password":"battery staple"})").status(), 204u);
  EXPECT_EQ(Me(token).status(), 200u);
  EXPECT_EQ(Me(other).code(), "session_ended");
  EXPECT_EQ(Login("ada@example.org", "correct horse").status(), 401u);
  EXPECT_EQ(Login("ada@example.org", "battery staple").status(), 200u);
}

TEST_F(UserRoutesTest, RemovesMe) {
  const Sent ada = Register();
  const std::string token = ada.text("access_token");
  const std::string path = "/api/v1/users/" + std::string(ada.body().at("user").at("id").as_string());
  EXPECT_EQ(Send(Method::kDelete, "/api/v1/users/me", R"({"password":"wrong"})", token).code(),
            "invalid_credentials");
  EXPECT_EQ(Send(Method::kDelete, "/api/v1/users/me", "{}", token).status(), 422u);
  EXPECT_EQ(Send(Method::kDelete, "/api/v1/users/me", "", token).status(), 415u);
  EXPECT_EQ(Send(Method::kGet, path).status(), 200u);
  EXPECT_EQ(Send(Method::kDelete, "/api/v1/users/me", R"({"password":"correct horse"})", token).status(),
            204u);
  EXPECT_EQ(Me(token).code(), "session_ended");
  EXPECT_EQ(Send(Method::kGet, path).status(), 404u);
  EXPECT_EQ(Register().status(), 201u) << "the address is free again";
}

TEST_F(UserRoutesTest, ShowsPublicProfiles) {
  const json::object user = Register().body().at("user").as_object();
  const Sent sent = Send(Method::kGet, "/api/v1/users/" + std::string(user.at("id").as_string()));
  EXPECT_EQ(sent.status(), 200u);
  EXPECT_EQ(sent.body(),
            (json::object{
                {"id", user.at("id")}, {"name", user.at("name")}, {"created_at", user.at("created_at")}}));
  EXPECT_EQ(Send(Method::kGet, "/api/v1/users/" + UserId::New().ToString()).code(), "user_not_found");
  EXPECT_EQ(Send(Method::kGet, "/api/v1/users/nobody").code(), "user_not_found");
}

TEST_F(UserRoutesTest, ShowsHealth) {
  const Sent sent = Send(Method::kGet, "/healthz");
  EXPECT_EQ(sent.status(), 200u);
  EXPECT_EQ(sent.response.body, R"({"status":"ok"})");
  healthy = false;
  EXPECT_EQ(Send(Method::kGet, "/healthz").status(), 503u);
}

}  // namespace
}  // namespace descant::user
