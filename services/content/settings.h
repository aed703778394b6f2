// What the content service is told by its environment.
#pragma once

#include <chrono>
#include <cstddef>
#include <string>

#include "platform/config/reader.h"
#include "platform/storage/open.h"

namespace descant::content {

struct Settings {
  std::string http_listen;
  std::string database;
  std::string redis;
  std::string redis_password;
  std::string user_grpc;
  std::string conversion_grpc;
  std::string internal_secret;
  storage::Settings storage;
  std::int64_t max_upload = 0;
  std::chrono::seconds upload_ttl{};
  std::chrono::seconds playback_ttl{};
  std::chrono::seconds user_cache_ttl{};
  std::chrono::seconds removal_delay{};
  std::int64_t concurrency = 0;
  std::int64_t threads = 0;
  std::string log_level;
  std::chrono::milliseconds shutdown_grace{};
};

Settings ReadSettings(config::Reader& reader);

}  // namespace descant::content
