// Reads a profile's JSON piece by piece. Every function throws Error kInvalidArgument `invalid_profile` that
// names what is wrong.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <boost/json.hpp>

namespace descant::conversion::adapters {

namespace json = boost::json;

[[noreturn]] void RejectProfile(const std::string& what);

int Integer(const json::object& object, std::string_view name, int min, int max);
// A name that may stand in a path, a URL and an encoder's arguments.
std::string Word(const json::object& object, std::string_view name);
const json::object& Object(const json::object& object, std::string_view name);
// Not empty.
const json::array& Array(const json::object& object, std::string_view name);
// From 32,000 to 512,000 bit/s, none twice.
std::vector<int> BitRates(const json::object& object, std::string_view name);

}  // namespace descant::conversion::adapters
