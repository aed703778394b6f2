#pragma once

#include <string>

#include "platform/runtime/blocking.h"
#include "services/user/adapters/phc.h"
#include "services/user/app/password_hasher.h"

namespace descant::user::adapters {

// Argon2id on a pool of threads. Thread-safe.
class Argon2Hasher final : public app::PasswordHasher {
 public:
  // Makes the decoy, which takes as long as a hash takes. `pool` has to outlive the hasher.
  Argon2Hasher(Argon2Settings settings, runtime::BlockingPool& pool);

  awaitable<std::string> Hash(std::string password) override;
  awaitable<bool> Verify(std::string password, std::string hash) override;
  bool IsOutdated(const std::string& hash) const override;
  const std::string& Decoy() const override { return decoy_; }

 private:
  Argon2Settings settings_;
  runtime::BlockingPool& pool_;
  std::string decoy_;
};

}  // namespace descant::user::adapters
