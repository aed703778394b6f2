// Reading the JSON that ffprobe prints. What is not there, or is no sane value, reads as none: files state
// all kinds of nonsense.
#pragma once

#include <string>
#include <string_view>

#include <boost/json.hpp>

#include "services/conversion/domain/rational.h"

namespace descant::conversion::ffmpeg {

namespace json = boost::json;

std::string_view Text(const json::object& object, std::string_view name);

// Of at most 64 characters; "unknown" and "none" are none.
std::string Word(const json::object& object, std::string_view name);

// ffprobe prints some numbers as strings. 0 for what is none, or beyond a thousand million.
int Integer(const json::object& object, std::string_view name);

// "30000/1001", "16:9". Negative ones are none.
Rational ParseRational(std::string_view text);

const json::object& Member(const json::object& object, std::string_view name);
const json::array& Members(const json::object& object, std::string_view name);

bool HasDisposition(const json::object& stream, std::string_view disposition);

}  // namespace descant::conversion::ffmpeg
