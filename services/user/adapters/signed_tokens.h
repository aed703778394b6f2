#pragma once

#include <string>
#include <string_view>

#include "platform/token/jwt.h"
#include "services/user/app/tokens.h"

namespace descant::user::adapters {

// Access tokens are signed JWTs, refresh tokens random bytes that say nothing. Thread-safe.
class SignedTokens final : public app::Tokens {
 public:
  explicit SignedTokens(
      std::string_view secret);  // at least 32 bytes, the same for every copy of the service

  std::string Sign(const app::AccessToken& token) const override;
  app::AccessToken Verify(const std::string& text, TimePoint now) const override;
  app::RefreshToken NewRefreshToken() const override;
  RefreshTokenHash HashOf(const std::string& refresh_token) const override;

 private:
  token::AccessTokenSigner signer_;
};

}  // namespace descant::user::adapters
