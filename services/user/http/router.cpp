#include "services/user/http/router.h"

#include "services/user/app/refusals.h"
#include "services/user/http/parse.h"
#include "services/user/http/render.h"

namespace descant::user {

namespace {

using http::Request;
using http::Response;

awaitable<Response> Register(app::Authentication& authentication, const Request& request) {
  const app::SignedIn signed_in = co_await authentication.Register(ParseRegistration(request));
  const RefreshTokenIn place = ParseRefreshTokenIn(request);
  co_return WithRefreshToken(
      request, signed_in, place,
      Private(http::Created("/api/v1/users/" + signed_in.user.id.ToString(), ToJson(signed_in, place))));
}

awaitable<Response> Login(app::Authentication& authentication, const Request& request) {
  const app::SignedIn signed_in = co_await authentication.Login(ParseCredentials(request));
  const RefreshTokenIn place = ParseRefreshTokenIn(request);
  co_return WithRefreshToken(request, signed_in, place, Private(http::Json(200, ToJson(signed_in, place))));
}

// By the token in the body; without a body, by the cookie. The next one takes the way that this one came.
awaitable<Response> Refresh(app::Authentication& authentication, const Request& request) {
  std::optional<std::string> token;
  if (request.body.empty()) token = RefreshTokenOfCookie(request);
  const RefreshTokenIn place = token ? RefreshTokenIn::kCookie : RefreshTokenIn::kBody;
  if (!token) token = ParseRefreshToken(request);
  const app::SignedIn signed_in = co_await authentication.Refresh(*std::move(token));
  co_return WithRefreshToken(request, signed_in, place, Private(http::Json(200, ToJson(signed_in, place))));
}

// By access token, or, when that has expired, by refresh token.
awaitable<Response> Logout(app::Authentication& authentication, const Request& request) {
  if (!request.OptionalBearerToken() && !request.body.empty()) {
    co_await authentication.LogoutByRefreshToken(ParseRefreshToken(request));
  } else {
    const app::Caller caller = co_await authentication.Authenticate(request.BearerToken());
    co_await authentication.Logout(caller.session_id);
  }
  co_return WithoutRefreshCookie(http::NoContent());
}

awaitable<Response> ShowMe(app::Authentication& authentication, const Request& request) {
  const app::Caller caller = co_await authentication.Authenticate(request.BearerToken());
  co_return Private(http::Json(200, ToJson(caller.user)));
}

awaitable<Response> UpdateMe(app::Authentication& authentication, app::Accounts& accounts,
                             const Request& request) {
  const app::Caller caller = co_await authentication.Authenticate(request.BearerToken());
  const User user = co_await accounts.UpdateProfile(caller.user.id, ParseProfileChange(request));
  co_return Private(http::Json(200, ToJson(user)));
}

awaitable<Response> RemoveMe(app::Authentication& authentication, app::Accounts& accounts,
                             const Request& request) {
  const app::Caller caller = co_await authentication.Authenticate(request.BearerToken());
  co_await accounts.Remove(caller.user.id, ParsePassword(request));
  co_return WithoutRefreshCookie(http::NoContent());
}

awaitable<Response> ChangePassword(app::Authentication& authentication, app::Accounts& accounts,
                                   const Request& request) {
  app::Caller caller = co_await authentication.Authenticate(request.BearerToken());
  PasswordChange change = ParsePasswordChange(request);
  co_await accounts.ChangePassword(std::move(caller), std::move(change.current_password),
                                   std::move(change.new_password));
  co_return http::NoContent();
}

awaitable<Response> ListSessions(app::Authentication& authentication, const Request& request) {
  const app::Caller caller = co_await authentication.Authenticate(request.BearerToken());
  const std::vector<LiveSession> sessions = co_await authentication.SessionsOf(caller.user.id);
  boost::json::array items;
  for (const LiveSession& live : sessions) items.push_back(ToJson(live, caller.session_id));
  co_return Private(http::Json(200, {{"items", items}}));
}

awaitable<Response> EndSession(app::Authentication& authentication, const Request& request) {
  const app::Caller caller = co_await authentication.Authenticate(request.BearerToken());
  const auto id = SessionId::Parse(request.Parameter("id"));
  if (!id) throw app::SessionNotFound();
  co_await authentication.EndSession(caller.user.id, *id);
  co_return http::NoContent();
}

awaitable<Response> ShowUser(app::Accounts& accounts, const Request& request) {
  const auto id = UserId::Parse(request.Parameter("id"));
  if (!id) throw app::UserNotFound();
  const User user = co_await accounts.Find(*id);
  co_return http::Json(200, ToPublicJson(user));
}

awaitable<Response> ShowHealth(const HealthCheck& check) {
  co_await check();
  co_return http::Json(200, {{"status", "ok"}});
}

}  // namespace

http::Router MakeRouter(app::Authentication& authentication, app::Accounts& accounts, HealthCheck check) {
  using enum http::Method;
  http::Router router;
  const auto add = [&router](http::Method method, std::string pattern, http::Handler handler) {
    router.Add({.method = method, .pattern = std::move(pattern), .handler = std::move(handler)});
  };
  add(kPost, "/api/v1/auth/register",
      [&](const Request& request) { return Register(authentication, request); });
  add(kPost, "/api/v1/auth/login", [&](const Request& request) { return Login(authentication, request); });
  add(kPost, "/api/v1/auth/refresh",
      [&](const Request& request) { return Refresh(authentication, request); });
  add(kPost, "/api/v1/auth/logout", [&](const Request& request) { return Logout(authentication, request); });
  add(kGet, "/api/v1/users/me", [&](const Request& request) { return ShowMe(authentication, request); });
  add(kPatch, "/api/v1/users/me",
      [&](const Request& request) { return UpdateMe(authentication, accounts, request); });
  add(kDelete, "/api/v1/users/me",
      [&](const Request& request) { return RemoveMe(authentication, accounts, request); });
  add(kPut, "/api/v1/users/me/password",
      [&](const Request& request) { return ChangePassword(authentication, accounts, request); });
  add(kGet, "/api/v1/users/me/sessions",
      [&](const Request& request) { return ListSessions(authentication, request); });
  add(kDelete, "/api/v1/users/me/sessions/{id}",
      [&](const Request& request) { return EndSession(authentication, request); });
  add(kGet, "/api/v1/users/{id}", [&](const Request& request) { return ShowUser(accounts, request); });
  add(kGet, "/healthz", [check = std::move(check)](const Request&) { return ShowHealth(check); });
  return router;
}

}  // namespace descant::user
