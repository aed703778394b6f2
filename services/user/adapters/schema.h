#pragma once

#include <vector>

#include "platform/postgres/migrations.h"

namespace descant::user::adapters {

// The files of services/user/migrations/, in order. Defined by the build.
const std::vector<postgres::Migration>& Migrations();

}  // namespace descant::user::adapters
