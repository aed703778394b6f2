// The refresh token as browsers keep it: out of reach of scripts, and sent to the refresh route alone.
#pragma once

#include <optional>
#include <string>

#include "platform/http/message.h"
#include "services/user/app/authentication.h"

namespace descant::user {

// What of a login the client wants to have in hand.
enum class RefreshTokenIn { kBody, kCookie };

// The token in the request's cookie, if it has one.
std::optional<std::string> RefreshTokenOfCookie(const http::Request& request);

// Answers `signed_in` the way it was asked for: with the refresh token in the body, or as a cookie (RFC 6265)
// that is HttpOnly, SameSite=Strict, bound to the refresh route, and Secure where the client came by HTTPS.
http::Response WithRefreshToken(const http::Request& request, const app::SignedIn& signed_in,
                                RefreshTokenIn place, http::Response response);

// Tells the browser to forget it.
http::Response WithoutRefreshCookie(http::Response response);

}  // namespace descant::user
