// Being logged in: a session begins with a login and lives by exchanging refresh tokens, each of which works
// once.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "services/user/domain/user.h"

namespace descant::user {

struct Session {
  SessionId id;
  UserId user_id;
  TimePoint created_at;
  TimePoint expires_at;  // moves with each refresh
  std::string agent;     // what the client that began it calls itself; printable ASCII, may be empty
};

struct LiveSession {
  Session session;
  TimePoint last_used_at;
};

// What is stored of a refresh token: its SHA-256, in hexadecimal.
struct RefreshTokenHash {
  std::string hex;
};

class Sessions {
 public:
  virtual ~Sessions() = default;

  // False when the account is gone, or its password has changed since it was checked (`password_version`).
  virtual awaitable<bool> Start(Session session, std::int64_t password_version, RefreshTokenHash token) = 0;

  // The user of a session that is theirs and alive.
  virtual awaitable<std::optional<User>> FindUser(SessionId id, UserId user_id, TimePoint now) = 0;

  // Those of the user that are alive, at most a hundred, the last used first.
  virtual awaitable<std::vector<LiveSession>> List(UserId user_id, TimePoint now) = 0;

  struct Renewed {
    SessionId id;
    User user;
  };
  // Uses `token` up and puts `next` in its place; the session then lasts until `expires_at`. Nothing when the
  // token is unknown or used, or its session is over. However many try at once, one succeeds.
  virtual awaitable<std::optional<Renewed>> Rotate(RefreshTokenHash token, RefreshTokenHash next,
                                                   TimePoint now, TimePoint expires_at) = 0;

  enum class Use { kNever, kJustNow, kEarlier };
  // When `token` was used up before. If that was not just now, which is after `just_now`, its session is over
  // with this. Of a session that is over, each use was earlier.
  virtual awaitable<Use> EndIfReused(RefreshTokenHash token, TimePoint now, TimePoint just_now) = 0;

  virtual awaitable<void> End(SessionId id, TimePoint now) = 0;
  // False when the user has no such session, or it is over.
  virtual awaitable<bool> EndOf(SessionId id, UserId user_id, TimePoint now) = 0;
  // False when the token is unknown.
  virtual awaitable<bool> EndByToken(RefreshTokenHash token, TimePoint now) = 0;

  // Forgets at most `limit` sessions that have expired, or ended a day ago; returns how many.
  virtual awaitable<std::size_t> Purge(TimePoint now, std::size_t limit) = 0;
};

}  // namespace descant::user
