// Playback without an edge that verifies tokens: playlists whose segments have signed URLs of their own.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "platform/runtime/awaitable.h"
#include "platform/storage/storage.h"

namespace descant::content::app {

// An HLS playlist (RFC 8216) with the URIs of its segments, initialisation sections and other resources
// replaced by what `sign` answers for them. Those of playlists stay relative: the token in the path is for
// them too.
std::string WithSignedUris(std::string_view playlist,
                           const std::function<std::string(std::string_view uri)>& sign);

class Playlists {
 public:
  // `key`: what playback tokens are signed with.
  Playlists(storage::Storage& storage, std::string key) : storage_(storage), key_(std::move(key)) {}

  struct Served {
    std::string playlist;  // or, when empty,
    std::string location;  // where the object itself is read
  };
  // `path`: of the object, behind the token, in (decoded) segments. Throws Error kPermissionDenied
  // `playback_token_invalid` or `playback_token_expired`, kNotFound `object_not_found`, and what storage
  // throws.
  awaitable<Served> Open(std::string token, std::vector<std::string> path, std::string origin);

 private:
  storage::Storage& storage_;
  std::string key_;
};

}  // namespace descant::content::app
