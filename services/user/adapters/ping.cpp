#include "services/user/adapters/ping.h"

namespace descant::user::adapters {

constexpr postgres::Query kPing{"ping", "SELECT 1"};

awaitable<void> Ping(postgres::Database& database) { co_await database.Execute(kPing); }

}  // namespace descant::user::adapters
