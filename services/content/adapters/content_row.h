// Contents between rows, JSON and objects.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <boost/json/value.hpp>

#include "platform/postgres/rows.h"
#include "services/content/domain/content.h"

namespace descant::content::adapters {

// The columns that ContentFrom reads, of `contents c`.
#define DESCANT_CONTENT_COLUMNS                                                                         \
  "c.id, c.owner_id, c.owner_name, c.title, c.description, c.type, c.visibility, c.state, c.progress, " \
  "c.failure, c.media_key, c.media, c.cover_key, c.created_at, c.modified_at"

domain::Content ContentFrom(const postgres::Row& row);

// As a parameter of a query; nothing where there is no value.
template <class Enum>
std::optional<std::string> WordOf(const std::vector<std::string_view>& words,
                                  const std::optional<Enum>& value) {
  return value ? std::optional(std::string(domain::Word(words, *value))) : std::nullopt;
}

boost::json::value ToJson(const domain::Progress& progress);
boost::json::value ToJson(const domain::Failure& failure);
boost::json::value ToJson(const domain::Media& media);

}  // namespace descant::content::adapters
