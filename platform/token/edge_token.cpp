#include "platform/token/edge_token.h"

#include <algorithm>

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

}  // namespace

std::string UploadToken(std::string_view key, std::int64_t expiry, std::int64_t size,
                        std::string_view content_type, std::string_view object_key) {
  return Sign(key, "upload", expiry, size, std::string(content_type) + "\n" + std::string(object_key));
}

std::string PlaybackToken(std::string_view key, std::int64_t expiry, std::string_view prefix) {
  return Sign(key, "playback", expiry, std::ranges::count(prefix, '/') + 1, prefix);
}

}  // namespace descant::token
