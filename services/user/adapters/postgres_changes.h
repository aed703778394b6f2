#pragma once

#include "platform/postgres/database.h"
#include "services/user/domain/change.h"

namespace descant::user::adapters {

// The channel that PostgreSQL notifies of each change, once it is committed.
constexpr const char* kChangesChannel = "user_changes";

// Reads what the triggers in migrations/0002_changes.sql write.
class PostgresChanges final : public Changes {
 public:
  explicit PostgresChanges(postgres::Database& database) : database_(database) {}

  awaitable<std::int64_t> Last() override;
  awaitable<std::vector<Change>> After(std::int64_t sequence, std::size_t limit) override;
  awaitable<std::size_t> Purge(TimePoint time, std::size_t limit) override;

 private:
  postgres::Database& database_;
};

}  // namespace descant::user::adapters
