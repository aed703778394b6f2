#include "platform/s3/credentials.h"

#include <fstream>

#include <gmock/gmock.h>

#include "platform/base/error.h"
#include "tests/support/scripted_server.h"
#include "tests/support/temporary_folder.h"

namespace descant::s3 {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using ::testing::StartsWith;
using tests::HttpAnswer;
using tests::ScriptedServer;

std::string Json(const std::string& key, TimePoint expires_at) {
  return R"({"Code":"Success","AccessKeyId":")" + key +
         R"(","SecretAccessKey":"s","Token":"t","Expiration":")" + FormatRfc3339(expires_at) + R"("})";
}

std::string CodeOf(const CredentialSettings& settings, transfer::Transfers& transfers) {
  try {
    FetchCredentials(settings, transfers);
  } catch (const Error& error) {
    return error.code();
  }
  return "";
}

class CredentialsTest : public ::testing::Test {
 protected:
  transfer::Transfers transfers_;
  tests::TemporaryFolder folder_;
};

TEST_F(CredentialsTest, GivenOnesComeFirst) {
  const Credentials credentials = FetchCredentials(
      {.access_key = "k", .secret_key = "s", .session_token = "t", .container_uri = "http://localhost:1"},
      transfers_);
  EXPECT_EQ(credentials.access_key, "k");
  EXPECT_EQ(credentials.session_token, "t");
  EXPECT_FALSE(credentials.expires_at);
  EXPECT_EQ(CodeOf({}, transfers_), "credentials_unavailable");
}

TEST_F(CredentialsTest, OfAContainer) {
  const TimePoint end = std::chrono::floor<std::chrono::milliseconds>(Now() + 1h);
  ScriptedServer server([end](const std::string&, std::size_t) { return HttpAnswer(200, Json("k", end)); });
  const std::string file = folder_.path() / "token";
  std::ofstream(file) << "shown\n";
  const Credentials credentials =
      FetchCredentials({.container_uri = server.url() + "/role", .container_token_file = file}, transfers_);
  EXPECT_EQ(credentials.access_key, "k");
  EXPECT_EQ(credentials.secret_key, "s");
  EXPECT_EQ(credentials.session_token, "t");
  EXPECT_EQ(credentials.expires_at, end);
  EXPECT_THAT(server.requests().at(0), StartsWith("GET /role HTTP/1.1\r\n"));
  EXPECT_THAT(server.requests().at(0), HasSubstr("\r\nAuthorization: shown\r\n"));
}

TEST_F(CredentialsTest, ContainerCredentialsComeFromHereOrByHttpsOnly) {
  for (const char* url : {"https://example.org/x", "http://localhost/x", "http://127.0.0.1:80",
                          "http://[::1]:80/x", "http://169.254.170.2/v2/credentials"}) {
    EXPECT_TRUE(IsCredentialAddress(url)) << url;
  }
  for (const char* url :
       {"http://example.org/x", "http://localhost@example.org/", "http://localhost.example.org/",
        "http://127.0.0.1.example.org/", "file:///x", "", "http://169.254.169.254/"}) {
    EXPECT_FALSE(IsCredentialAddress(url)) << url;
  }
  EXPECT_EQ(CodeOf({.container_uri = "http://example.org/"}, transfers_), "credentials_unavailable");
}

TEST_F(CredentialsTest, OfAnInstance) {
  ScriptedServer server([](const std::string& request, std::size_t) {
    if (request.starts_with("PUT /latest/api/token ")) return HttpAnswer(200, "session");
    if (!request.contains("X-aws-ec2-metadata-token: session\r\n")) return HttpAnswer(401, "");
    if (request.starts_with("GET /latest/meta-data/iam/security-credentials/ "))
      return HttpAnswer(200, "the-role\n");
    if (request.starts_with("GET /latest/meta-data/iam/security-credentials/the-role ")) {
      return HttpAnswer(200, Json("k", Now() + 1h));
    }
    return HttpAnswer(404, "");
  });
  EXPECT_EQ(FetchCredentials({.metadata_endpoint = server.url()}, transfers_).access_key, "k");
  EXPECT_THAT(server.requests().at(0), HasSubstr("X-aws-ec2-metadata-token-ttl-seconds: 300\r\n"));
}

TEST_F(CredentialsTest, ByWebIdentity) {
  ScriptedServer server([](const std::string&, std::size_t) {
    return HttpAnswer(
        200,
        "<AssumeRoleWithWebIdentityResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\">"
        "<AssumeRoleWithWebIdentityResult><Credentials><AccessKeyId>k</AccessKeyId>"
        "<SecretAccessKey>s</SecretAccessKey><SessionToken>t</SessionToken>"
        "<Expiration>2100-01-01T00:00:00Z</Expiration></Credentials></AssumeRoleWithWebIdentityResult>"
        "</AssumeRoleWithWebIdentityResponse>");
  });
  const std::string file = folder_.path() / "token";
  std::ofstream(file) << "identity+token";
  const Credentials credentials = FetchCredentials({.web_identity_token_file = file,
                                                    .role_arn = "arn:aws:iam::1:role/x",
                                                    .role_session_name = "name",
                                                    .sts_endpoint = server.url()},
                                                   transfers_);
  EXPECT_EQ(credentials.access_key, "k");
  EXPECT_EQ(credentials.expires_at, ParseRfc3339("2100-01-01T00:00:00Z"));
  EXPECT_THAT(server.requests().at(0),
              HasSubstr("\r\n\r\nAction=AssumeRoleWithWebIdentity&RoleArn=arn%3Aaws%3Aiam%3A%3A1%3Arole%2Fx&"
                        "RoleSessionName=name&Version=2011-06-15&WebIdentityToken=identity%2Btoken"));
}

TEST_F(CredentialsTest, WhatIsNoneIsRefused) {
  std::string body;
  int status = 200;
  ScriptedServer server([&](const std::string&, std::size_t) { return HttpAnswer(status, body); });
  for (const char* each :
       {"", "no json", "[]", "{}", R"({"AccessKeyId":"k","SecretAccessKey":"s"})",
        R"({"AccessKeyId":1,"SecretAccessKey":"s","Expiration":"2100-01-01T00:00:00Z"})"}) {
    body = each;
    EXPECT_EQ(CodeOf({.container_uri = server.url()}, transfers_), "credentials_unavailable") << each;
  }
  body = Json("k", Now());
  status = 403;
  EXPECT_EQ(CodeOf({.container_uri = server.url()}, transfers_), "credentials_unavailable");
}

TEST_F(CredentialsTest, AKeeperRenewsWhatEndsSoon) {
  std::mutex mutex;
  std::condition_variable asked;
  std::size_t times = 0;
  ScriptedServer server([&](const std::string&, std::size_t before) {
    {
      const std::lock_guard lock(mutex);
      times = before + 1;
    }
    asked.notify_all();
    return before == 0 ? HttpAnswer(200, Json("first", Now() + 2s))
                       : HttpAnswer(200, Json("next", Now() + 1h));
  });
  CredentialKeeper keeper({.container_uri = server.url()}, transfers_);
  EXPECT_EQ(keeper.Current()->access_key, "first");
  std::unique_lock lock(mutex);
  ASSERT_TRUE(asked.wait_for(lock, 30s, [&] { return times >= 2; })) << "before the first ones end";
}

TEST_F(CredentialsTest, AKeeperWithoutCredentialsSaysSo) {
  ScriptedServer server([](const std::string&, std::size_t) { return HttpAnswer(500, ""); });
  const CredentialKeeper keeper({.container_uri = server.url()}, transfers_);
  EXPECT_THROW(keeper.Current(), Error);
  ScriptedServer late([](const std::string&, std::size_t) { return HttpAnswer(200, Json("k", Now() - 1s)); });
  const CredentialKeeper expired({.container_uri = late.url()}, transfers_);
  EXPECT_THROW(expired.Current(), Error);
}

}  // namespace
}  // namespace descant::s3
