// Who is asking.
#pragma once

#include <string>

#include "platform/base/context.h"
#include "platform/runtime/awaitable.h"
#include "services/content/domain/content.h"

namespace descant::content::app {

struct Viewer {
  domain::UserId id;
  std::string name;
};

class UserDirectory {
 public:
  virtual ~UserDirectory() = default;
  // Throws Error kUnauthenticated (`token_invalid`, `token_expired`, `session_ended`), or kUnavailable
  // `user_service_unavailable` when nobody can tell.
  virtual awaitable<Viewer> ByToken(Context context, std::string access_token) = 0;
};

}  // namespace descant::content::app
