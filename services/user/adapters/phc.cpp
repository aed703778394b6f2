#include "services/user/adapters/phc.h"

#include <algorithm>
#include <charconv>

#include "platform/token/crypto.h"

namespace descant::user::adapters {

namespace {

// PHC strings use the other alphabet of RFC 4648, without padding.
std::string EncodeBase64(std::string_view bytes) {
  std::string text = token::Base64UrlEncode(bytes);
  std::ranges::replace(text, '-', '+');
  std::ranges::replace(text, '_', '/');
  return text;
}

std::optional<std::string> DecodeBase64(std::string_view text) {
  if (text.find_first_of("-_") != std::string_view::npos) return std::nullopt;
  std::string other(text);
  std::ranges::replace(other, '+', '-');
  std::ranges::replace(other, '/', '_');
  return token::Base64UrlDecode(other);
}

bool Skip(std::string_view& text, std::string_view expected) {
  if (!text.starts_with(expected)) return false;
  text.remove_prefix(expected.size());
  return true;
}

bool ReadNumber(std::string_view& text, std::uint32_t& number) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc()) return false;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return true;
}

}  // namespace

std::string ToPhc(const Argon2Hash& hash) {
  return "$argon2id$v=19$m=" + std::to_string(hash.settings.memory_kib) +
         ",t=" + std::to_string(hash.settings.iterations) + ",p=" + std::to_string(hash.settings.lanes) +
         "$" + EncodeBase64(hash.salt) + "$" + EncodeBase64(hash.hash);
}

std::optional<Argon2Hash> ParsePhc(std::string_view text) {
  Argon2Settings settings;
  if (!Skip(text, "$argon2id$v=19$m=") || !ReadNumber(text, settings.memory_kib) || !Skip(text, ",t=") ||
      !ReadNumber(text, settings.iterations) || !Skip(text, ",p=") || !ReadNumber(text, settings.lanes) ||
      !Skip(text, "$")) {
    return std::nullopt;
  }
  const std::size_t dollar = text.find('$');
  if (dollar == std::string_view::npos) return std::nullopt;
  auto salt = DecodeBase64(text.substr(0, dollar));
  auto hash = DecodeBase64(text.substr(dollar + 1));
  if (!salt || !hash || hash->empty()) return std::nullopt;
  return Argon2Hash{.settings = settings, .salt = *std::move(salt), .hash = *std::move(hash)};
}

}  // namespace descant::user::adapters
