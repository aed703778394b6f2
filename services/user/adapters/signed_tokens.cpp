#include "services/user/adapters/signed_tokens.h"

#include "platform/base/error.h"
#include "platform/token/crypto.h"

namespace descant::user::adapters {

namespace {

constexpr std::size_t kRefreshTokenSize = 32;

}  // namespace

SignedTokens::SignedTokens(std::string_view secret) : signer_(secret, "descant") {}

std::string SignedTokens::Sign(const app::AccessToken& token) const {
  return signer_.Sign({.subject = token.user_id.ToString(),
                       .session = token.session_id.ToString(),
                       .issued_at = token.issued_at,
                       .expires_at = token.expires_at});
}

app::AccessToken SignedTokens::Verify(const std::string& text, TimePoint now) const {
  const token::AccessClaims claims = signer_.Verify(text, now);
  const auto user_id = UserId::Parse(claims.subject);
  const auto session_id = SessionId::Parse(claims.session);
  if (!user_id || !session_id) {
    throw Error(ErrorKind::kUnauthenticated, "token_invalid", "The access token is not valid.");
  }
  return {.user_id = *user_id,
          .session_id = *session_id,
          .issued_at = claims.issued_at,
          .expires_at = claims.expires_at};
}

app::RefreshToken SignedTokens::NewRefreshToken() const {
  std::string text = token::Base64UrlEncode(token::RandomBytes(kRefreshTokenSize));
  RefreshTokenHash hash = HashOf(text);
  return {.text = std::move(text), .hash = std::move(hash)};
}

RefreshTokenHash SignedTokens::HashOf(const std::string& refresh_token) const {
  return {token::HexEncode(token::Sha256(refresh_token))};
}

}  // namespace descant::user::adapters
