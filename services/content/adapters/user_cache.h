// Who a token belongs to: from Redis, or else from the user service, whose answer Redis then keeps.
//
// All tokens of a user are fields of one hash, `descant:user:<user id>`, named by the token's SHA-256. So one
// round trip looks a token up (its unverified subject says which hash), and one deletion forgets all that is
// known of a user. A forged subject finds nothing, because the field is the digest of the whole token.
#pragma once

#include <chrono>
#include <memory>
#include <mutex>
#include <unordered_map>

#include "descant/user/v1/user.grpc.pb.h"
#include "platform/redis/client.h"
#include "platform/rpc/client.h"
#include "services/content/app/viewer.h"

namespace descant::content::adapters {

std::string UserCacheKey(const std::string& user_id);

// Remembers which users have changed lately, so that an answer that was on its way when they did is not kept.
// Thread-safe; one a process.
class RecentChanges {
 public:
  using Clock = std::chrono::steady_clock;
  void Note(const std::string& user_id);
  bool ChangedSince(const std::string& user_id, Clock::time_point begin);

 private:
  std::mutex mutex_;
  std::unordered_map<std::string, Clock::time_point> changed_;
};

// For one core.
class UserCache final : public app::UserDirectory {
 public:
  // `ttl`: how long an answer is kept; never beyond the token's own expiry.
  UserCache(redis::Client& redis, const rpc::Channel& users, RecentChanges& recent, std::chrono::seconds ttl);

  awaitable<app::Viewer> ByToken(Context context, std::string access_token) override;

 private:
  awaitable<user::v1::GetUserByTokenResponse> Ask(Context context, std::string access_token);

  redis::Client& redis_;
  const rpc::Channel& users_;
  RecentChanges& recent_;
  std::chrono::seconds ttl_;
  std::unique_ptr<user::v1::UserService::Stub> stub_;
};

}  // namespace descant::content::adapters
