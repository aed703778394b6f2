// The two kinds of tokens. None of one kind is ever taken for one of the other.
#pragma once

#include <string>

#include "services/user/domain/session.h"

namespace descant::user::app {

struct AccessToken {
  UserId user_id;
  SessionId session_id;
  TimePoint issued_at;
  TimePoint expires_at;  // whole seconds
};

struct RefreshToken {
  std::string text;  // what the client keeps: 32 random bytes, base64url
  RefreshTokenHash hash;
};

class Tokens {
 public:
  virtual ~Tokens() = default;

  virtual std::string Sign(const AccessToken& token) const = 0;
  // Throws Error kUnauthenticated `token_invalid` or `token_expired`. Whether the session is still alive is
  // not looked at.
  virtual AccessToken Verify(const std::string& text, TimePoint now) const = 0;

  virtual RefreshToken NewRefreshToken() const = 0;
  virtual RefreshTokenHash HashOf(const std::string& refresh_token) const = 0;
};

}  // namespace descant::user::app
