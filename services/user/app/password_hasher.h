#pragma once

#include <string>

#include "platform/runtime/awaitable.h"

namespace descant::user::app {

// Slow on purpose, and never on the caller's thread. Hash and Verify throw Error kUnavailable `overloaded`,
// at once, when too many are waiting. May be shared by all cores.
class PasswordHasher {
 public:
  virtual ~PasswordHasher() = default;

  virtual awaitable<std::string> Hash(std::string password) = 0;  // a PHC string
  virtual awaitable<bool> Verify(std::string password, std::string hash) = 0;

  // Whether `hash` was made otherwise than Hash makes them now.
  virtual bool IsOutdated(const std::string& hash) const = 0;

  // The hash of a password nobody has. To verify against it takes as long as against one that Hash made.
  virtual const std::string& Decoy() const = 0;
};

}  // namespace descant::user::app
