#include "services/conversion/adapters/profile_json.h"

#include <algorithm>
#include <set>

#include "platform/base/error.h"

namespace descant::conversion::adapters {

void RejectProfile(const std::string& what) {
  throw Error(ErrorKind::kInvalidArgument, "invalid_profile", "The profile is not valid: " + what + ".");
}

int Integer(const json::object& object, std::string_view name, int min, int max) {
  const json::value* value = object.if_contains(name);
  const auto number = value != nullptr && value->is_int64() ? value->get_int64() : std::int64_t{min} - 1;
  if (number < min || number > max) {
    RejectProfile(std::string(name) + " has to be a number from " + std::to_string(min) + " to " +
                  std::to_string(max));
  }
  return static_cast<int>(number);
}

std::string Word(const json::object& object, std::string_view name) {
  const json::value* value = object.if_contains(name);
  const std::string word =
      value != nullptr && value->is_string() ? std::string(value->get_string()) : std::string();
  const auto plain = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-'; };
  if (word.empty() || word.size() > 32 || !std::ranges::all_of(word, plain)) {
    RejectProfile(std::string(name) + " has to be a word of a-z, 0-9 and -");
  }
  return word;
}

const json::object& Object(const json::object& object, std::string_view name) {
  const json::value* value = object.if_contains(name);
  if (value == nullptr || !value->is_object()) RejectProfile(std::string(name) + " has to be an object");
  return value->get_object();
}

const json::array& Array(const json::object& object, std::string_view name) {
  const json::value* value = object.if_contains(name);
  if (value == nullptr || !value->is_array() || value->get_array().empty()) {
    RejectProfile(std::string(name) + " has to be a list that is not empty");
  }
  return value->get_array();
}

std::vector<int> BitRates(const json::object& object, std::string_view name) {
  std::vector<int> rates;
  for (const json::value& value : Array(object, name)) {
    if (!value.is_int64() || value.get_int64() < 32'000 || value.get_int64() > 512'000) {
      RejectProfile(std::string(name) + " are bit rates from 32000 to 512000");
    }
    rates.push_back(static_cast<int>(value.get_int64()));
  }
  if (std::set<int>(rates.begin(), rates.end()).size() != rates.size())
    RejectProfile(std::string(name) + " repeats a rate");
  return rates;
}

}  // namespace descant::conversion::adapters
