// Who is asking: from e-mail address and password to a session, and from a session's tokens to its user.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "services/user/app/clock.h"
#include "services/user/app/password_hasher.h"
#include "services/user/app/tokens.h"
#include "services/user/domain/session.h"
#include "services/user/domain/user.h"

namespace descant::user::app {

struct Registration {
  std::string email;
  std::string password;
  std::string name;
  std::string agent;  // of the session that begins with it
};

struct Credentials {
  std::string email;
  std::string password;
  std::string agent;
};

struct SignedIn {
  User user;
  std::string access_token;
  std::string refresh_token;
  std::chrono::seconds expires_in{};          // of the access token
  std::chrono::seconds refresh_expires_in{};  // of the refresh token, unless it is used
};

struct Caller {
  User user;
  SessionId session_id;
  TimePoint token_expires_at;
};

struct TokenLifetimes {
  std::chrono::seconds access = std::chrono::minutes(15);
  std::chrono::seconds refresh = std::chrono::days(30);  // a session that is not used for so long is over
  // Tabs that share a cookie may send one refresh token at once. For so long after its use, another use is
  // refused without ending the session.
  std::chrono::seconds refresh_grace{10};
};

// For one core. Everything given to it has to outlive it. What it does not throw itself comes from below:
// `overloaded`, `database_unavailable`.
class Authentication {
 public:
  Authentication(Users& users, Sessions& sessions, PasswordHasher& hasher, const Tokens& tokens,
                 TokenLifetimes lifetimes, Clock clock);

  // Throws Error kConflict `email_taken`.
  awaitable<SignedIn> Register(Registration registration);

  // Throws Error kUnauthenticated `invalid_credentials`: the same, after the same time, for an address
  // without an account as for a wrong password.
  awaitable<SignedIn> Login(Credentials credentials);

  // Each refresh token works once. Throws Error kUnauthenticated `refresh_token_invalid`, or
  // `refresh_token_reused` when it was used before: then someone else may have it, and the whole session is
  // over; but kConflict `refresh_token_just_used` within the grace.
  awaitable<SignedIn> Refresh(std::string refresh_token);

  // The user behind an access token whose session is alive. Throws Error kUnauthenticated `token_invalid`,
  // `token_expired` or `session_ended`.
  awaitable<Caller> Authenticate(std::string access_token);

  awaitable<void> Logout(SessionId session_id);

  // The caller's sessions that are alive, the last used first.
  awaitable<std::vector<LiveSession>> SessionsOf(UserId user_id);
  // Throws Error kNotFound `session_not_found`.
  awaitable<void> EndSession(UserId user_id, SessionId session_id);
  // Throws Error kUnauthenticated `refresh_token_invalid`.
  awaitable<void> LogoutByRefreshToken(std::string refresh_token);

 private:
  // Left to the next login when too many passwords wait to be hashed.
  awaitable<void> Rehash(UserId user_id, std::string hash, std::string password);
  awaitable<SignedIn> StartSession(User user, std::int64_t password_version, std::string agent);
  SignedIn MakeSignedIn(User user, SessionId session_id, std::string refresh_token, TimePoint now) const;

  Users& users_;
  Sessions& sessions_;
  PasswordHasher& hasher_;
  const Tokens& tokens_;
  TokenLifetimes lifetimes_;
  Clock clock_;
};

}  // namespace descant::user::app
