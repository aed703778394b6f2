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

void CheckMedia(const PlaybackRequest& request) {
  CheckKey(request.prefix + "/" + request.file);
  if (!request.prefix.starts_with(kMediaRoot)) {
    throw Error(ErrorKind::kInvalidArgument, "invalid_key", "Only media can be played.");
  }
}

PlaybackGrant PlaybackUrl(const PlaybackRequest& request, std::string_view key, const std::string& root) {
  CheckMedia(request);
  const std::string prefix = request.prefix.substr(kMediaRoot.size());
  const auto expires_at = std::chrono::floor<std::chrono::seconds>(Now()) + request.lifetime;
  const std::string token = token::PlaybackToken(key, expires_at.time_since_epoch().count(), prefix);
  return {.url = root + token + "/" + PercentEncodePath(prefix + "/" + request.file),
          .expires_at = expires_at};
}

PlaybackRequest RequestOf(std::string_view key, std::chrono::seconds lifetime, std::string origin) {
  const std::size_t slash = key.rfind('/');
  return {.prefix = std::string(key.substr(0, slash)),
          .file = std::string(key.substr(slash == std::string_view::npos ? key.size() : slash + 1)),
          .lifetime = lifetime,
          .origin = std::move(origin)};
}

}  // namespace descant::storage
