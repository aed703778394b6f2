#include "platform/storage/signing.h"

#include <algorithm>

#include "platform/base/error.h"
#include "platform/base/percent.h"
#include "platform/token/edge_token.h"

namespace descant::storage {

namespace {

constexpr std::string_view kMediaRoot = "media/";

}  // namespace

void CheckContentType(std::string_view content_type) {
  if (std::ranges::any_of(content_type, [](char c) { return static_cast<unsigned char>(c) < 0x20; })) {
    throw Error(ErrorKind::kInvalidArgument, "invalid_content_type", "The content type is not valid.");
  }
}

PlaybackGrant PlaybackUrl(const PlaybackRequest& request, std::string_view key, const std::string& root) {
  if (!IsValidKey(request.prefix + "/" + request.file)) {
    throw Error(ErrorKind::kInvalidArgument, "invalid_key", "The storage key is not valid.");
  }
  if (!request.prefix.starts_with(kMediaRoot)) {
    throw Error(ErrorKind::kInvalidArgument, "invalid_key", "Only media can be played.");
  }
  const std::string prefix = request.prefix.substr(kMediaRoot.size());
  const auto expires_at = std::chrono::floor<std::chrono::seconds>(Now()) + request.lifetime;
  const std::string token = token::PlaybackToken(key, expires_at.time_since_epoch().count(), prefix);
  return {.url = root + token + "/" + PercentEncodePath(prefix + "/" + request.file),
          .expires_at = expires_at};
}

}  // namespace descant::storage
