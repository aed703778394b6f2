#include "services/content/adapters/list_query.h"

#include <array>
#include <string>

#include "services/content/adapters/content_row.h"

namespace descant::content::adapters {

namespace {

using domain::Listing;
using Parameter = std::optional<std::string>;

// So that what a user types is searched for as it is.
std::string EscapeLike(const std::string& text) {
  std::string escaped;
  for (const char c : text) {
    if (c == '%' || c == '_' || c == '\\') escaped += '\\';
    escaped += c;
  }
  return escaped;
}

// What a listing may ask for beside being published.
struct Filter {
  const char* name;
  const char* condition;  // its parameter, and what follows it
  const char* rest;
  Parameter (*parameter)(const Listing&);  // nothing: does not filter
};

constexpr Filter kFilters[] = {
    {"_by_owner", "owner_id = ", "",
     [](const Listing& listing) { return postgres::ToParameter(listing.owner); }},
    {"_by_type", "type = ", "",
     [](const Listing& listing) { return WordOf(domain::kContentTypes, listing.type); }},
    {"_by_state", "state = ", "",
     [](const Listing& listing) { return WordOf(domain::kStates, listing.state); }},
    {"_by_text", "(title || ' ' || description) ILIKE '%' || ", "::text || '%'",
     [](const Listing& listing) {
       return listing.text ? Parameter(EscapeLike(*listing.text)) : std::nullopt;
     }},
    {"_before", "id < ", "", [](const Listing& listing) { return postgres::ToParameter(listing.before); }},
};
constexpr std::size_t kSets = 2U << std::size(kFilters);

struct Statement {
  std::string name = "list";
  std::string sql;
};

// Bit 0 of `set`: only what is published; the others: the filters, in order. The inner limit, which is known
// when the statement is planned, makes PostgreSQL take the index that has the order.
Statement StatementOf(std::size_t set) {
  Statement statement;
  std::string conditions;
  const auto add = [&conditions](const std::string& condition) {
    conditions += (conditions.empty() ? " WHERE " : " AND ") + condition;
  };
  if (set & 1U) {
    statement.name += "_published";
    add("visibility = 'public' AND media_key IS NOT NULL");
  }
  int parameter = 1;  // the limit
  for (std::size_t i = 0; i < std::size(kFilters); ++i) {
    if (!(set >> (i + 1) & 1U)) continue;
    statement.name += kFilters[i].name;
    add(kFilters[i].condition + ("$" + std::to_string(++parameter)) + kFilters[i].rest);
  }
  statement.sql = "SELECT id, revision FROM (SELECT id, xmin AS revision FROM contents" + conditions +
                  " ORDER BY id DESC LIMIT " + std::to_string(domain::kLongestListing) +
                  ") AS longest ORDER BY id DESC LIMIT $1";
  return statement;
}

const Statement& KeptStatement(std::size_t set) {
  static const auto& statements = *new auto([] {
    std::array<Statement, kSets> all;
    for (std::size_t i = 0; i < kSets; ++i) all[i] = StatementOf(i);
    return all;
  }());
  return statements[set];
}

}  // namespace

ListQuery ListQueryFor(const Listing& listing) {
  std::size_t set = listing.only_published ? 1 : 0;
  postgres::Parameters parameters{postgres::ToParameter(listing.limit)};
  for (std::size_t i = 0; i < std::size(kFilters); ++i) {
    Parameter parameter = kFilters[i].parameter(listing);
    if (!parameter) continue;
    set |= std::size_t{2} << i;
    parameters.push_back(std::move(parameter));
  }
  const Statement& statement = KeptStatement(set);
  return {{statement.name.c_str(), statement.sql.c_str(), postgres::Format::kBinary}, std::move(parameters)};
}

}  // namespace descant::content::adapters
