// The statement that answers a listing. Each set of filters has one of its own, so that PostgreSQL plans each
// for the index that serves it.
#pragma once

#include "platform/postgres/query.h"
#include "services/content/domain/contents.h"

namespace descant::content::adapters {

struct ListQuery {
  postgres::Query query;  // answers `id` and `revision`, in order
  postgres::Parameters parameters;
};

ListQuery ListQueryFor(const domain::Listing& listing);

}  // namespace descant::content::adapters
