#pragma once

#include "platform/postgres/database.h"

namespace descant::user::adapters {

// Returns when the database answers; throws Error when it does not.
awaitable<void> Ping(postgres::Database& database);

}  // namespace descant::user::adapters
