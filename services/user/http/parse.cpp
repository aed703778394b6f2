#include "services/user/http/parse.h"

#include "platform/http/fields.h"
#include "services/user/domain/email.h"

namespace descant::user {

namespace {

using http::FieldReader;

constexpr http::TextRules kEmail{.min = 1, .max = 254};
constexpr http::TextRules kName{.min = 1, .max = 100};
constexpr http::TextRules kNewPassword{.min = 8, .max = 256, .verbatim = true};
// Who only proves to know a password or a token learns nothing of what one has to look like.
constexpr http::TextRules kSecret{.min = 1, .max = 256, .verbatim = true};

void CheckEmail(FieldReader& fields, const std::string& email) {
  if (!email.empty() && !IsEmailAddress(email))
    fields.Reject("email", "invalid", "This is no e-mail address.");
}

RefreshTokenIn ReadRefreshTokenIn(FieldReader& fields) {
  return fields.OptionalOneOf("refresh_token_in", {"body", "cookie"}) == 1u ? RefreshTokenIn::kCookie
                                                                            : RefreshTokenIn::kBody;
}

// `User-Agent`, whatever the client has put there: what can be printed of its beginning.
std::string AgentOf(const http::Request& request) {
  std::string agent(request.HeaderValue("user-agent").substr(0, 256));
  std::erase_if(agent, [](char c) { return c < ' ' || c > '~'; });
  return agent;
}

}  // namespace

app::Registration ParseRegistration(const http::Request& request) {
  FieldReader fields(request.Json());
  app::Registration registration{.email = fields.Text("email", kEmail),
                                 .password = fields.Text("password", kNewPassword),
                                 .name = fields.Text("name", kName),
                                 .agent = AgentOf(request)};
  CheckEmail(fields, registration.email);
  ReadRefreshTokenIn(fields);
  fields.Finish();
  return registration;
}

app::Credentials ParseCredentials(const http::Request& request) {
  FieldReader fields(request.Json());
  app::Credentials credentials{.email = fields.Text("email", kEmail),
                               .password = fields.Text("password", kSecret),
                               .agent = AgentOf(request)};
  ReadRefreshTokenIn(fields);
  fields.Finish();
  return credentials;
}

RefreshTokenIn ParseRefreshTokenIn(const http::Request& request) {
  FieldReader fields(request.Json());
  const RefreshTokenIn place = ReadRefreshTokenIn(fields);
  fields.Finish();
  return place;
}

std::string ParseRefreshToken(const http::Request& request) {
  FieldReader fields(request.Json());
  // Long enough for an access token, so that one given by mistake is called invalid, not too long.
  std::string token = fields.Text("refresh_token", {.min = 1, .max = 2048, .verbatim = true});
  fields.Finish();
  return token;
}

ProfileChange ParseProfileChange(const http::Request& request) {
  FieldReader fields(request.Json());
  ProfileChange change{.email = fields.OptionalText("email", kEmail),
                       .name = fields.OptionalText("name", kName)};
  CheckEmail(fields, change.email.value_or(""));
  fields.Finish();
  return change;
}

std::string ParsePassword(const http::Request& request) {
  FieldReader fields(request.Json());
  std::string password = fields.Text("password", kSecret);
  fields.Finish();
  return password;
}

PasswordChange ParsePasswordChange(const http::Request& request) {
  FieldReader fields(request.Json());
  PasswordChange change{.current_password = fields.Text("current_password", kSecret),
                        .new_password = fields.Text("new_password", kNewPassword)};
  fields.Finish();
  return change;
}

}  // namespace descant::user
