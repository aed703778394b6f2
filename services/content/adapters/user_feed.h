// Follows the user service's feed of changes: forgets what is cached of a user who changed, keeps owners'
// names up to date, and removes what a deleted user had. Each change is handled at least once; how far it got
// is kept in the database.
#pragma once

#include <memory>

#include "platform/postgres/database.h"
#include "platform/redis/client.h"
#include "platform/rpc/client.h"
#include "platform/runtime/awaitable.h"
#include "services/content/adapters/user_cache.h"
#include "services/content/domain/contents.h"

namespace descant::content::adapters {

// One a process. What it is given has to outlive the loop of its executor.
class UserFeed {
 public:
  UserFeed(asio::any_io_executor executor, const rpc::Channel& users, postgres::Database& database,
           redis::Client& redis, RecentChanges& recent, domain::Contents& contents);
  ~UserFeed();

  void Start();
  void Stop();

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace descant::content::adapters
