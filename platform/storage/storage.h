// Object storage: keys and bytes. Two drivers, `local` and `s3`, behind one interface.
//
// Keys are slash-separated, without a leading slash, of at most 512 bytes: `uploads/<content
// id>/<unguessable>`, `media/<content id>/<job id>/<attempt>/master.m3u8`. Objects appear whole or not at
// all. Every function may be called from any core, resumes on the caller's, and throws Error: kNotFound
// `object_not_found`, kUnavailable `storage_unavailable`, kResourceExhausted `storage_full`, kInvalidArgument
// `invalid_key`.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "platform/base/time.h"
#include "platform/runtime/awaitable.h"
#include "platform/storage/parts.h"
#include "platform/storage/upload_grant.h"

namespace descant::storage {

struct ObjectInfo {
  std::int64_t size = 0;  // bytes
  TimePoint modified_at;
};

struct ObjectAttributes {
  std::string content_type;
  std::string cache_control;
};

struct UploadRequest {
  std::string key;
  std::int64_t size = 0;  // bytes; exactly this many are accepted
  std::string content_type;
  std::chrono::seconds lifetime{3600};
  std::string origin;  // of the gateway, as the client reached it: https://media.example.org
};

struct PlaybackRequest {
  std::string prefix;  // everything below it becomes readable: media/<content id>/<job id>
  std::string file;    // below the prefix: 1/master.m3u8
  std::chrono::seconds lifetime{6 * 3600};
  std::string origin;
};

struct PlaybackGrant {
  std::string url;
  TimePoint expires_at;
};

class Storage {
 public:
  virtual ~Storage() = default;

  virtual awaitable<std::optional<ObjectInfo>> Head(std::string key) = 0;
  // Whole objects, in constant memory. The file is replaced; it may share its bytes with the object, so that
  // it may be read and removed, but never written to.
  virtual awaitable<void> Download(std::string key, std::filesystem::path file) = 0;
  virtual awaitable<void> Upload(std::filesystem::path file, std::string key,
                                 ObjectAttributes attributes) = 0;
  // Small objects, of at most kMaxSmallObject bytes (kTooLarge `object_too_large` above).
  virtual awaitable<std::string> Read(std::string key) = 0;
  virtual awaitable<void> Write(std::string key, std::string bytes, ObjectAttributes attributes) = 0;
  // Absent objects are fine.
  virtual awaitable<void> Delete(std::vector<std::string> keys) = 0;
  // All keys that begin with `prefix`, sorted.
  virtual awaitable<std::vector<std::string>> List(std::string prefix) = 0;

  // Signing needs no network.
  virtual UploadGrant SignUpload(const UploadRequest& request) const = 0;
  virtual PlaybackGrant SignPlayback(const PlaybackRequest& request) const = 0;
  // Of one object, media/..., for players that get no token.
  virtual std::string SignRead(std::string_view key, std::chrono::seconds lifetime,
                               std::string origin) const = 0;

  virtual PartUploads& Parts() = 0;  // lives as long as the storage
};

// What a small object may have.
inline constexpr std::size_t kMaxSmallObject = std::size_t{1} << 20;

// Whether `key` is one that every driver takes: see above; UTF-8 without control characters and backslashes;
// no empty, `.` or `..` segments, none above 255 bytes.
bool IsValidKey(std::string_view key);

// Throws Error kInvalidArgument `invalid_key` when `valid` is false.
void RequireKey(bool valid);
inline void CheckKey(std::string_view key) { RequireKey(IsValidKey(key)); }

}  // namespace descant::storage
