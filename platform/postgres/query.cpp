#include "platform/postgres/query.h"

#include <charconv>

#include <boost/json/serialize.hpp>

namespace descant::postgres {

namespace {

std::string ArrayOf(const std::vector<std::string>& items) {
  std::string text = "{";
  for (const std::string& item : items) {
    if (text.size() > 1) text += ',';
    text += '"';
    for (const char c : item) {
      if (c == '"' || c == '\\') text += '\\';
      text += c;
    }
    text += '"';
  }
  return text + "}";
}

}  // namespace

std::string ToText(std::string_view value) { return std::string(value); }

std::string ToText(double value) {
  char text[64];
  const auto [end, error] = std::to_chars(text, text + sizeof text, value);
  return {text, end};
}

std::string ToText(const Uuid& value) { return value.ToString(); }

// RFC 3339 with all six decimals.
std::string ToText(TimePoint value) {
  const auto micros = (value - std::chrono::floor<std::chrono::seconds>(value)).count();
  std::string text = FormatRfc3339(value);
  std::string decimals = std::to_string(1'000'000 + micros).substr(1);
  return text.substr(0, text.find('.') + 1) + decimals + "Z";
}

std::string ToText(const boost::json::value& value) { return boost::json::serialize(value); }

std::string ToText(const std::vector<std::string>& values) { return ArrayOf(values); }

std::string ToText(const std::vector<Uuid>& values) {
  std::vector<std::string> items;
  items.reserve(values.size());
  for (const Uuid& value : values) items.push_back(value.ToString());
  return ArrayOf(items);
}

}  // namespace descant::postgres
