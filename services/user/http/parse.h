// What a request's body says. All throw Error: kUnsupportedMedia `unsupported_media_type`, kInvalidArgument
// `malformed_json`, kUnprocessable `validation_failed` with everything that is wrong.
#pragma once

#include <string>

#include "platform/http/message.h"
#include "services/user/app/authentication.h"
#include "services/user/domain/user.h"
#include "services/user/http/refresh_cookie.h"

namespace descant::user {

app::Registration ParseRegistration(const http::Request& request);
app::Credentials ParseCredentials(const http::Request& request);
// Where the client wants the refresh token (`refresh_token_in`): in the body unless it says otherwise.
RefreshTokenIn ParseRefreshTokenIn(const http::Request& request);
std::string ParseRefreshToken(const http::Request& request);
ProfileChange ParseProfileChange(const http::Request& request);
std::string ParsePassword(const http::Request& request);

struct PasswordChange {
  std::string current_password;
  std::string new_password;
};
PasswordChange ParsePasswordChange(const http::Request& request);

}  // namespace descant::user
