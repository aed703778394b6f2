#pragma once

#include "platform/postgres/rows.h"
#include "services/user/domain/user.h"

namespace descant::user::adapters {

// From a row with the columns id, email, name and created_at of `users`.
User UserFrom(const postgres::Row& row);

}  // namespace descant::user::adapters
