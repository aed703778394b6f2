// Objects as files below one directory. NGINX moves the clients' bytes: it takes uploads by WebDAV PUT and
// serves playback, each allowed by a token that this driver signs and gateway/edge/ verifies with the same
// key.
//
//   upload    PUT <origin>/storage/<token>/<key>
//   playback  GET <origin>/media/<token>/<path>          where the object's key is media/<path>
//
// <token> is `<expiry>.<size>.<mac>` for an upload, `<expiry>.<depth>.<mac>` for playback (see
// platform/token/edge_token.h).
#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "platform/runtime/blocking.h"
#include "platform/storage/storage.h"

namespace descant::storage {

struct LocalSettings {
  std::filesystem::path directory;
  std::string key;     // secret shared with the gateway, at least 32 bytes
  std::string origin;  // of the gateway; empty: as each client reached it
};

// A URL for NGINX to take an object by.
UploadGrant UploadUrl(const LocalSettings& settings, const UploadRequest& request);

// File calls run on `pool`, which has to outlive the storage.
std::unique_ptr<Storage> OpenLocal(LocalSettings settings, runtime::BlockingPool& pool);

}  // namespace descant::storage
