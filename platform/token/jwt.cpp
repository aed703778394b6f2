#include "platform/token/jwt.h"

#include <optional>
#include <stdexcept>

#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <openssl/evp.h>

#include "platform/base/error.h"
#include "platform/token/crypto.h"

namespace descant::token {

namespace {

namespace json = boost::json;

constexpr std::string_view kHeader = R"({"alg":"EdDSA","typ":"at+jwt"})";
constexpr std::size_t kMaxToken = 2048;
constexpr std::size_t kSignatureSize = 64;

using DigestContext = std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)>;

[[noreturn]] void Refuse() {
  throw Error(ErrorKind::kUnauthenticated, "token_invalid", "The access token is not valid.");
}

const unsigned char* Bytes(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

std::optional<json::object> ParseObject(std::string_view base64) {
  const auto text = Base64UrlDecode(base64);
  if (!text) return std::nullopt;
  boost::system::error_code error;
  const json::value value = json::parse(*text, error);
  if (error || !value.is_object()) return std::nullopt;
  return value.get_object();
}

std::string TextMember(const json::object& object, std::string_view name) {
  const json::value* value = object.if_contains(name);
  return value && value->is_string() ? std::string(value->get_string()) : std::string();
}

TimePoint TimeMember(const json::object& object, std::string_view name) {
  const json::value* value = object.if_contains(name);
  if (!value || !value->is_int64()) Refuse();
  return TimePoint(std::chrono::seconds(value->get_int64()));
}

std::int64_t ToSeconds(TimePoint time) {
  return std::chrono::floor<std::chrono::seconds>(time).time_since_epoch().count();
}

}  // namespace

struct AccessTokenSigner::Key {
  std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> pkey{nullptr, &EVP_PKEY_free};
};

AccessTokenSigner::AccessTokenSigner(std::string_view secret, std::string issuer)
    : key_(std::make_unique<Key>()), issuer_(std::move(issuer)) {
  const std::string seed = Sha256("descant access token key\n" + std::string(secret));
  key_->pkey.reset(EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nullptr, Bytes(seed), seed.size()));
  if (!key_->pkey) throw std::runtime_error("no Ed25519 key");
}

AccessTokenSigner::~AccessTokenSigner() = default;

std::string AccessTokenSigner::Sign(const AccessClaims& claims) const {
  const json::object body{{"iss", issuer_},
                          {"sub", claims.subject},
                          {"sid", claims.session},
                          {"iat", ToSeconds(claims.issued_at)},
                          {"exp", ToSeconds(claims.expires_at)}};
  std::string token = Base64UrlEncode(kHeader) + "." + Base64UrlEncode(json::serialize(body));
  std::string signature(kSignatureSize, '\0');
  std::size_t size = signature.size();
  const DigestContext context(EVP_MD_CTX_new(), &EVP_MD_CTX_free);
  if (!context || EVP_DigestSignInit(context.get(), nullptr, nullptr, nullptr, key_->pkey.get()) != 1 ||
      EVP_DigestSign(context.get(), reinterpret_cast<unsigned char*>(signature.data()), &size, Bytes(token),
                     token.size()) != 1) {
    throw std::runtime_error("signing failed");
  }
  return token + "." + Base64UrlEncode(signature);
}

AccessClaims AccessTokenSigner::Verify(std::string_view token, TimePoint now) const {
  if (token.size() > kMaxToken) Refuse();
  const std::size_t first = token.find('.');
  const std::size_t last = token.rfind('.');
  if (first == std::string_view::npos || first == last) Refuse();
  // One header is issued, so one is accepted: no algorithm is ever taken from a token.
  if (token.substr(0, first) != Base64UrlEncode(kHeader)) Refuse();
  const auto signature = Base64UrlDecode(token.substr(last + 1));
  if (!signature || signature->size() != kSignatureSize) Refuse();
  const std::string_view content = token.substr(0, last);
  const DigestContext context(EVP_MD_CTX_new(), &EVP_MD_CTX_free);
  if (!context || EVP_DigestVerifyInit(context.get(), nullptr, nullptr, nullptr, key_->pkey.get()) != 1 ||
      EVP_DigestVerify(context.get(), Bytes(*signature), signature->size(), Bytes(content), content.size()) !=
          1) {
    Refuse();
  }
  const auto body = ParseObject(token.substr(first + 1, last - first - 1));
  if (!body || TextMember(*body, "iss") != issuer_) Refuse();
  AccessClaims claims{.subject = TextMember(*body, "sub"),
                      .session = TextMember(*body, "sid"),
                      .issued_at = TimeMember(*body, "iat"),
                      .expires_at = TimeMember(*body, "exp")};
  if (claims.expires_at <= now) {
    throw Error(ErrorKind::kUnauthenticated, "token_expired", "The access token has expired.");
  }
  return claims;
}

std::string UnverifiedSubject(std::string_view token) {
  const std::size_t first = token.find('.');
  const std::size_t last = token.rfind('.');
  if (token.size() > kMaxToken || first == std::string_view::npos || first == last) return "";
  const auto body = ParseObject(token.substr(first + 1, last - first - 1));
  return body ? TextMember(*body, "sub") : "";
}

}  // namespace descant::token
