#include "services/user/adapters/user_row.h"

namespace descant::user::adapters {

User UserFrom(const postgres::Row& row) {
  return {.id = row["id"].As<UserId>(),
          .email = row["email"].As<std::string>(),
          .name = row["name"].As<std::string>(),
          .created_at = row["created_at"].As<TimePoint>()};
}

}  // namespace descant::user::adapters
