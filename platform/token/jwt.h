// Access tokens: JWTs (RFC 7519) of one kind, `at+jwt` (RFC 9068), signed with Ed25519 (`EdDSA`, RFC 8037).
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "platform/base/time.h"

namespace descant::token {

struct AccessClaims {
  std::string subject;  // user id
  std::string session;  // session id
  TimePoint issued_at;  // whole seconds
  TimePoint expires_at;
};

class AccessTokenSigner {
 public:
  // `secret`: 32 bytes or more, from which the Ed25519 key is derived (SHA-256), so that copies of a service
  // agree.
  AccessTokenSigner(std::string_view secret, std::string issuer);
  ~AccessTokenSigner();

  std::string Sign(const AccessClaims& claims) const;
  // Throws Error kUnauthenticated: `token_invalid` (malformed, other algorithm, type or issuer, bad
  // signature) or `token_expired`.
  AccessClaims Verify(std::string_view token, TimePoint now) const;

 private:
  struct Key;
  std::unique_ptr<Key> key_;
  std::string issuer_;
};

// The subject that a token claims, unverified: good for nothing but choosing where to look. Empty when there
// is none.
std::string UnverifiedSubject(std::string_view token);

}  // namespace descant::token
