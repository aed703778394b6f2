#pragma once

#include <string>

namespace descant::user::adapters {

// The connection string of a new database with the service's schema, on the PostgreSQL server of this test
// binary.
std::string MigratedDatabase();

}  // namespace descant::user::adapters
