// SQL and what goes with it. A query is a named constant beside the method that runs it:
//
//   constexpr postgres::Query kFindContent{"find_content", "SELECT ... FROM contents WHERE id = $1"};
#pragma once

#include <concepts>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <boost/json/value.hpp>

#include "platform/base/time.h"
#include "platform/base/uuid.h"

namespace descant::postgres {

// PostgreSQL's formats of values. kBinary costs the server and us less; Row reads text, UUIDs and integers in
// it (and xid, as an integer of 32 bits).
enum class Format : std::uint8_t { kText, kBinary };

// `name`: unique in the process; the statement is prepared under it, once a connection. Both live as long as
// the process.
struct Query {
  const char* name;
  const char* sql;
  Format results = Format::kText;
};

// Values in PostgreSQL's text format; nullopt is NULL.
using Parameters = std::vector<std::optional<std::string>>;

std::string ToText(std::string_view value);
inline std::string ToText(const std::string& value) { return value; }
inline std::string ToText(const char* value) { return value; }
template <std::integral I>
std::string ToText(I value) {
  if constexpr (std::same_as<I, bool>) {
    return value ? "t" : "f";
  } else {
    return std::to_string(value);
  }
}
std::string ToText(double value);
std::string ToText(const Uuid& value);
std::string ToText(TimePoint value);
std::string ToText(const boost::json::value& value);
std::string ToText(const std::vector<std::string>& values);  // an array
std::string ToText(const std::vector<Uuid>& values);         // an array
template <class Tag>
std::string ToText(const Id<Tag>& value) {
  return ToText(value.uuid());
}
template <class Tag>
std::string ToText(const std::vector<Id<Tag>>& values) {
  std::vector<Uuid> uuids;
  for (const auto& value : values) uuids.push_back(value.uuid());
  return ToText(uuids);
}

template <class T>
std::optional<std::string> ToParameter(const T& value) {
  return ToText(value);
}
template <class T>
std::optional<std::string> ToParameter(const std::optional<T>& value) {
  return value ? ToParameter(*value) : std::nullopt;
}
inline std::optional<std::string> ToParameter(std::nullopt_t) { return std::nullopt; }

template <class... Values>
Parameters Bind(const Values&... values) {
  Parameters parameters;
  parameters.reserve(sizeof...(values));
  (parameters.push_back(ToParameter(values)), ...);
  return parameters;
}

}  // namespace descant::postgres
