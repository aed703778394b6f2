#include "services/user/http/refresh_cookie.h"

#include <string_view>

namespace descant::user {

namespace {

constexpr std::string_view kName = "descant_refresh";
constexpr std::string_view kBound = "Path=/api/v1/auth/refresh; HttpOnly; SameSite=Strict";

std::string Cookie(std::string_view token, std::chrono::seconds max_age) {
  return std::string(kName) + "=" + std::string(token) + "; Max-Age=" + std::to_string(max_age.count()) +
         "; " + std::string(kBound);
}

}  // namespace

std::optional<std::string> RefreshTokenOfCookie(const http::Request& request) {
  std::optional<std::string> token = request.Cookie(kName);
  if (token && token->empty()) return std::nullopt;
  return token;
}

http::Response WithRefreshToken(const http::Request& request, const app::SignedIn& signed_in,
                                RefreshTokenIn place, http::Response response) {
  if (place == RefreshTokenIn::kBody) return response;
  std::string cookie = Cookie(signed_in.refresh_token, signed_in.refresh_expires_in);
  if (request.Origin().starts_with("https://")) cookie += "; Secure";
  response.headers.emplace_back("Set-Cookie", std::move(cookie));
  return response;
}

http::Response WithoutRefreshCookie(http::Response response) {
  response.headers.emplace_back("Set-Cookie", Cookie("", std::chrono::seconds(0)));
  return response;
}

}  // namespace descant::user
