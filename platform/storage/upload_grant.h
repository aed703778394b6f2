// Permission for a client to PUT one object, or one part of one, straight to storage.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "platform/base/time.h"

namespace descant::storage {

struct UploadGrant {
  std::string url;
  std::vector<std::pair<std::string, std::string>> headers;  // that the client has to send
  TimePoint expires_at;
};

}  // namespace descant::storage
