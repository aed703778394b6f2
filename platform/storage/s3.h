// Objects in a bucket of any S3-compatible service. Clients transfer straight to and from it, by pre-signed
// URLs; playback is served by a CDN in front of the bucket, which verifies the same tokens as the gateway
// does (gateway/edge/edge.js), or without one by playlists whose segments have pre-signed URLs
// (services/content/app/playback).
#pragma once

#include <memory>
#include <string>

#include "platform/runtime/blocking.h"
#include "platform/s3/client.h"
#include "platform/storage/storage.h"

namespace descant::storage {

struct S3Settings {
  s3::BucketSettings bucket;
  s3::CredentialSettings credentials;
  transfer::Settings transfers;
  std::string
      key;  // signs playback URLs; secret shared with the CDN's edge, at least 32 bytes. Empty: signs none
  std::string cdn;     // https://d111.cloudfront.net, where /media/<token>/ is served; empty: there is none
  std::string origin;  // of the gateway, where without a CDN the playlists are served; empty: as each client
                       // reached it
};

// Digests are computed on `pool`, which has to outlive the storage. Asks for credentials, and may block for
// that.
std::unique_ptr<Storage> OpenS3(S3Settings settings, runtime::BlockingPool& pool);

}  // namespace descant::storage
