#include "services/user/app/authentication.h"

#include <utility>

#include "platform/base/error.h"
#include "services/user/app/refusals.h"

namespace descant::user::app {

Authentication::Authentication(Users& users, Sessions& sessions, PasswordHasher& hasher, const Tokens& tokens,
                               TokenLifetimes lifetimes, Clock clock)
    : users_(users),
      sessions_(sessions),
      hasher_(hasher),
      tokens_(tokens),
      lifetimes_(lifetimes),
      clock_(std::move(clock)) {}

awaitable<SignedIn> Authentication::Register(Registration registration) {
  Account account{.user = {.id = UserId::New(),
                           .email = std::move(registration.email),
                           .name = std::move(registration.name),
                           .created_at = clock_()},
                  .password_hash = co_await hasher_.Hash(std::move(registration.password))};
  co_await users_.Add(account);
  co_return co_await StartSession(std::move(account.user), account.password_version,
                                  std::move(registration.agent));
}

awaitable<SignedIn> Authentication::Login(Credentials credentials) {
  std::optional<Account> account = co_await users_.FindAccountByEmail(std::move(credentials.email));
  const std::string hash = account ? account->password_hash : hasher_.Decoy();
  const bool right = co_await hasher_.Verify(credentials.password, hash);
  if (!account || !right) throw InvalidCredentials();
  if (hasher_.IsOutdated(hash)) co_await Rehash(account->user.id, hash, std::move(credentials.password));
  co_return co_await StartSession(std::move(account->user), account->password_version,
                                  std::move(credentials.agent));
}

awaitable<SignedIn> Authentication::Refresh(std::string refresh_token) {
  const TimePoint now = clock_();
  const RefreshTokenHash used = tokens_.HashOf(refresh_token);
  RefreshToken next = tokens_.NewRefreshToken();
  auto renewed = co_await sessions_.Rotate(used, next.hash, now, now + lifetimes_.refresh);
  if (renewed) co_return MakeSignedIn(std::move(renewed->user), renewed->id, std::move(next.text), now);
  switch (co_await sessions_.EndIfReused(used, now, now - lifetimes_.refresh_grace)) {
    case Sessions::Use::kJustNow:
      throw Error(ErrorKind::kConflict, "refresh_token_just_used",
                  "The refresh token was used a moment ago. Go on with the one that was answered then.")
          .RetryAfter(std::chrono::seconds(1));
    case Sessions::Use::kEarlier:
      throw Error(ErrorKind::kUnauthenticated, "refresh_token_reused",
                  "The refresh token was used before, so its session has been ended. Log in again.");
    case Sessions::Use::kNever:
      throw Error(ErrorKind::kUnauthenticated, "refresh_token_invalid", "The refresh token is not valid.");
  }
  std::unreachable();
}

awaitable<Caller> Authentication::Authenticate(std::string access_token) {
  const TimePoint now = clock_();
  const AccessToken token = tokens_.Verify(access_token, now);
  std::optional<User> user = co_await sessions_.FindUser(token.session_id, token.user_id, now);
  if (!user)
    throw Error(ErrorKind::kUnauthenticated, "session_ended", "The session has ended. Log in again.");
  co_return Caller{
      .user = std::move(*user), .session_id = token.session_id, .token_expires_at = token.expires_at};
}

awaitable<void> Authentication::Logout(SessionId session_id) { co_await sessions_.End(session_id, clock_()); }

awaitable<std::vector<LiveSession>> Authentication::SessionsOf(UserId user_id) {
  return sessions_.List(user_id, clock_());
}

awaitable<void> Authentication::EndSession(UserId user_id, SessionId session_id) {
  if (!co_await sessions_.EndOf(session_id, user_id, clock_())) throw SessionNotFound();
}

awaitable<void> Authentication::LogoutByRefreshToken(std::string refresh_token) {
  if (!co_await sessions_.EndByToken(tokens_.HashOf(refresh_token), clock_())) {
    throw Error(ErrorKind::kUnauthenticated, "refresh_token_invalid", "The refresh token is not valid.");
  }
}

awaitable<void> Authentication::Rehash(UserId user_id, std::string hash, std::string password) {
  try {
    std::string renewed = co_await hasher_.Hash(std::move(password));
    co_await users_.Rehash(user_id, std::move(hash), std::move(renewed));
  } catch (const Error& error) {
    if (error.code() != "overloaded") throw;
  }
}

awaitable<SignedIn> Authentication::StartSession(User user, std::int64_t password_version,
                                                 std::string agent) {
  const TimePoint now = clock_();
  const Session session{.id = SessionId::New(),
                        .user_id = user.id,
                        .created_at = now,
                        .expires_at = now + lifetimes_.refresh,
                        .agent = std::move(agent)};
  RefreshToken refresh_token = tokens_.NewRefreshToken();
  if (!co_await sessions_.Start(session, password_version, refresh_token.hash)) throw InvalidCredentials();
  co_return MakeSignedIn(std::move(user), session.id, std::move(refresh_token.text), now);
}

SignedIn Authentication::MakeSignedIn(User user, SessionId session_id, std::string refresh_token,
                                      TimePoint now) const {
  const auto issued_at = std::chrono::floor<std::chrono::seconds>(now);
  std::string access_token = tokens_.Sign({.user_id = user.id,
                                           .session_id = session_id,
                                           .issued_at = issued_at,
                                           .expires_at = issued_at + lifetimes_.access});
  return {.user = std::move(user),
          .access_token = std::move(access_token),
          .refresh_token = std::move(refresh_token),
          .expires_in = lifetimes_.access,
          .refresh_expires_in = lifetimes_.refresh};
}

}  // namespace descant::user::app
