#include "platform/token/edge_token.h"

#include <algorithm>
#include <charconv>
#include <optional>

#include "platform/token/crypto.h"

namespace descant::token {

namespace {

// <expiry>.<detail>.<mac over all of it and the rest>
std::string Sign(std::string_view key, std::string_view purpose, std::int64_t expiry, std::int64_t detail,
                 std::string_view rest) {
  const std::string head = std::to_string(expiry);
  const std::string middle = std::to_string(detail);
  std::string message(purpose);
  message.append("\n").append(head).append("\n").append(middle).append("\n").append(rest);
  return head + "." + middle + "." + Base64UrlEncode(HmacSha256(key, message));
}

std::optional<std::int64_t> Number(std::string_view digits) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(digits.begin(), digits.end(), number);
  if (error != std::errc{} || end != digits.end()) return std::nullopt;
  return number;
}

}  // namespace

std::string UploadToken(std::string_view key, std::int64_t expiry, std::int64_t size,
                        std::string_view content_type, std::string_view object_key) {
  return Sign(key, "upload", expiry, size, std::string(content_type) + "\n" + std::string(object_key));
}

std::string PlaybackToken(std::string_view key, std::int64_t expiry, std::string_view prefix) {
  return Sign(key, "playback", expiry, std::ranges::count(prefix, '/') + 1, prefix);
}

Verdict VerifyPlaybackToken(std::string_view key, std::int64_t now, std::string_view token,
                            const std::vector<std::string>& segments) {
  const std::size_t dot = token.find('.');
  const std::size_t last = token.rfind('.');
  if (dot == std::string_view::npos || dot == last) return Verdict::kInvalid;
  const auto expiry = Number(token.substr(0, dot));
  const auto depth = Number(token.substr(dot + 1, last - dot - 1));
  if (!expiry || !depth || *depth < 1 || static_cast<std::size_t>(*depth) >= segments.size())
    return Verdict::kInvalid;
  std::string prefix = segments.front();
  for (std::int64_t i = 1; i < *depth; ++i) prefix += "/" + segments[static_cast<std::size_t>(i)];
  if (!EqualInConstantTime(token, PlaybackToken(key, *expiry, prefix))) return Verdict::kInvalid;
  return *expiry > now ? Verdict::kGood : Verdict::kExpired;
}

}  // namespace descant::token
