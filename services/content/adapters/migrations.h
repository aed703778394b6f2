// The steps of the service's schema, from the folder migrations/.
#pragma once

#include <vector>

#include "platform/postgres/migrations.h"

namespace descant::content::adapters {

const std::vector<postgres::Migration>& Migrations();

}  // namespace descant::content::adapters
