// Uploads in parts: what a client does with a file that is too large to be sent in one piece, or again from
// its start. Each part has a signed URL of its own; those that are there stay when the client goes away,
// until the upload is finished or aborted.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "platform/base/time.h"
#include "platform/runtime/awaitable.h"
#include "platform/storage/upload_grant.h"

namespace descant::storage {

struct PartRequest {
  std::string key;
  std::string upload_id;
  int number = 1;         // from 1
  std::int64_t size = 0;  // bytes; exactly this many are accepted
  std::chrono::seconds lifetime{3600};
  std::string origin;  // of the gateway, as the client reached it
};

struct Part {
  int number = 0;
  std::int64_t size = 0;
  std::string etag;  // of these bytes, without quotes
};

struct UnfinishedUpload {
  std::string key;
  std::string upload_id;
  TimePoint begun_at;
};

// Throws as Storage does, and Error kNotFound `upload_not_found` for an id that is none of this key.
class PartUploads {
 public:
  virtual ~PartUploads() = default;

  // Answers the new upload's id.
  virtual awaitable<std::string> Begin(std::string key, std::string content_type) = 0;
  // Needs no network.
  virtual UploadGrant Sign(const PartRequest& request) const = 0;
  // The parts that are there, by number.
  virtual awaitable<std::vector<Part>> List(std::string key, std::string upload_id) = 0;
  // The object becomes these parts, joined by number; the upload is over. Every part has to be one that List
  // tells.
  virtual awaitable<void> Finish(std::string key, std::string upload_id, std::vector<Part> parts) = 0;
  // Its parts go. An absent upload is fine.
  virtual awaitable<void> Abort(std::string key, std::string upload_id) = 0;
  // Those of keys that begin with `prefix`.
  virtual awaitable<std::vector<UnfinishedUpload>> Unfinished(std::string prefix) = 0;
};

}  // namespace descant::storage
