// The few primitives that tokens are made of, from OpenSSL. All throw std::runtime_error only when OpenSSL
// itself fails.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <openssl/types.h>

namespace descant::token {

// Bytes travel in std::string.
std::string RandomBytes(std::size_t count);
std::string Sha256(std::string_view bytes);
// Of bytes that come piece by piece.
class Sha256Hash {
 public:
  Sha256Hash();
  void Add(std::string_view bytes);
  std::string Finish();  // once

 private:
  std::unique_ptr<EVP_MD_CTX, void (*)(EVP_MD_CTX*)> context_;
};
std::string HmacSha256(std::string_view key, std::string_view bytes);
bool EqualInConstantTime(std::string_view a, std::string_view b);  // in time that depends on the lengths only

std::string Base64UrlEncode(std::string_view bytes);                // RFC 4648 section 5, no padding
std::optional<std::string> Base64UrlDecode(std::string_view text);  // nothing else is accepted
std::string HexEncode(std::string_view bytes);                      // lower case

}  // namespace descant::token
