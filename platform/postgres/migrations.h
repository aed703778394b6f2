// The schema, step by step. Each step runs once, in its own transaction, in order of its name.
#pragma once

#include <string>
#include <vector>

#include "platform/runtime/awaitable.h"

namespace descant::postgres {

struct Migration {
  std::string name;  // 0001_accounts
  std::string sql;   // one or more statements
};

// Brings the database up to date, under an advisory lock, so that copies of a service may start at once.
// Waits for a database that is not up yet, for at most a minute. Throws Error: kInternal when a step fails,
// or when a step that was applied is changed or missing here.
awaitable<void> Migrate(asio::any_io_executor executor, std::string database,
                        const std::vector<Migration>& migrations);

}  // namespace descant::postgres
