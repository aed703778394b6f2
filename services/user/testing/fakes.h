// Stand-ins for what makes secrets, transparent and at once.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "platform/base/error.h"
#include "services/user/app/password_hasher.h"
#include "services/user/app/tokens.h"

namespace descant::user::testing {

class FakeHasher final : public app::PasswordHasher {
 public:
  std::string scheme = "v1";  // another one makes what was hashed before outdated
  bool overloaded = false;
  bool overloaded_hashing = false;    // it verifies nevertheless
  std::vector<std::string> verified;  // the hashes that passwords were held against

  awaitable<std::string> Hash(std::string password) override {
    RefuseWhen(overloaded || overloaded_hashing);
    co_return scheme + ":" + password;
  }
  awaitable<bool> Verify(std::string password, std::string hash) override {
    RefuseWhen(overloaded);
    verified.push_back(hash);
    co_return hash.substr(hash.find(':') + 1) == password;
  }
  bool IsOutdated(const std::string& hash) const override { return !hash.starts_with(scheme + ":"); }
  const std::string& Decoy() const override { return decoy_; }

 private:
  static void RefuseWhen(bool full) {
    if (full) {
      throw Error(ErrorKind::kUnavailable, "overloaded", "Try again.").RetryAfter(std::chrono::seconds(1));
    }
  }
  std::string decoy_ = "decoy:\n";
};

// access <user> <session> <issued> <expires>; refresh <number>
class FakeTokens final : public app::Tokens {
 public:
  std::string Sign(const app::AccessToken& token) const override {
    return "access " + token.user_id.ToString() + " " + token.session_id.ToString() + " " +
           FormatRfc3339(token.issued_at) + " " + FormatRfc3339(token.expires_at);
  }
  app::AccessToken Verify(const std::string& text, TimePoint now) const override {
    if (!text.starts_with("access ")) throw Error(ErrorKind::kUnauthenticated, "token_invalid", "");
    const app::AccessToken token{.user_id = *UserId::Parse(text.substr(7, 36)),
                                 .session_id = *SessionId::Parse(text.substr(44, 36)),
                                 .issued_at = *ParseRfc3339(text.substr(81, 24)),
                                 .expires_at = *ParseRfc3339(text.substr(106))};
    if (token.expires_at <= now) throw Error(ErrorKind::kUnauthenticated, "token_expired", "");
    return token;
  }
  app::RefreshToken NewRefreshToken() const override {
    const std::string text = "refresh " + std::to_string(++made_);
    return {.text = text, .hash = HashOf(text)};
  }
  RefreshTokenHash HashOf(const std::string& refresh_token) const override {
    return {"hash of " + refresh_token};
  }

 private:
  mutable int made_ = 0;
};

}  // namespace descant::user::testing
