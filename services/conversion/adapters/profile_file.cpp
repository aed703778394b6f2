#include "services/conversion/adapters/profile_file.h"

#include <algorithm>
#include <set>
#include <string>

#include <boost/json.hpp>

#include "platform/base/error.h"

namespace descant::conversion::adapters {

namespace json = boost::json;

namespace {

[[noreturn]] void Reject(const std::string& what) {
  throw Error(ErrorKind::kInvalidArgument, "invalid_profile", "The profile is not valid: " + what + ".");
}

int Integer(const json::object& object, std::string_view name, int min, int max) {
  const json::value* value = object.if_contains(name);
  const auto number = value != nullptr && value->is_int64() ? value->get_int64() : std::int64_t{min} - 1;
  if (number < min || number > max) {
    Reject(std::string(name) + " has to be a number from " + std::to_string(min) + " to " +
           std::to_string(max));
  }
  return static_cast<int>(number);
}

// A name that may stand in a path, a URL and an encoder's arguments.
std::string Word(const json::object& object, std::string_view name) {
  const json::value* value = object.if_contains(name);
  const std::string word =
      value != nullptr && value->is_string() ? std::string(value->get_string()) : std::string();
  const auto plain = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-'; };
  if (word.empty() || word.size() > 32 || !std::ranges::all_of(word, plain)) {
    Reject(std::string(name) + " has to be a word of a-z, 0-9 and -");
  }
  return word;
}

const json::object& Object(const json::object& object, std::string_view name) {
  const json::value* value = object.if_contains(name);
  if (value == nullptr || !value->is_object()) Reject(std::string(name) + " has to be an object");
  return value->get_object();
}

const json::array& Array(const json::object& object, std::string_view name) {
  const json::value* value = object.if_contains(name);
  if (value == nullptr || !value->is_array() || value->get_array().empty()) {
    Reject(std::string(name) + " has to be a list that is not empty");
  }
  return value->get_array();
}

std::vector<int> BitRates(const json::object& object, std::string_view name) {
  std::vector<int> rates;
  for (const json::value& value : Array(object, name)) {
    if (!value.is_int64() || value.get_int64() < 32'000 || value.get_int64() > 512'000) {
      Reject(std::string(name) + " are bit rates from 32000 to 512000");
    }
    rates.push_back(static_cast<int>(value.get_int64()));
  }
  if (std::set<int>(rates.begin(), rates.end()).size() != rates.size())
    Reject(std::string(name) + " repeats a rate");
  return rates;
}

VideoRung RungFrom(const json::value& value) {
  if (!value.is_object()) Reject("each of renditions has to be an object");
  const json::object& object = value.get_object();
  const std::string codec = Word(object, "codec");
  if (codec != "avc" && codec != "hevc") Reject("codec has to be avc or hevc");
  return {.name = Word(object, "name"),
          .codec = codec == "avc" ? VideoCodec::kAvc : VideoCodec::kHevc,
          .lines = Integer(object, "lines", 64, 4320),
          .preset = Word(object, "preset"),
          .crf = Integer(object, "crf", 0, 51),
          .max_bit_rate = Integer(object, "max_bit_rate", 100'000, 200'000'000)};
}

}  // namespace

Profile ParseProfile(std::string_view text) {
  boost::system::error_code error;
  const json::value parsed = json::parse(text, error);
  if (error || !parsed.is_object()) Reject("it is no JSON object");
  const json::object& root = parsed.get_object();
  const json::object& video = Object(root, "video");
  Profile profile{.audio_bit_rates = BitRates(Object(root, "audio"), "bit_rates"),
                  .video_audio_bit_rates = BitRates(video, "audio_bit_rates"),
                  .max_frame_rate = Integer(video, "max_frame_rate", 1, 120),
                  .segment = std::chrono::seconds(Integer(root, "segment_seconds", 1, 30)),
                  .key_frame_interval = std::chrono::seconds(Integer(root, "key_frame_seconds", 1, 30))};
  if (profile.segment % profile.key_frame_interval != std::chrono::seconds(0)) {
    Reject("segment_seconds has to be a multiple of key_frame_seconds");
  }
  std::set<std::string> names;
  for (const json::value& value : Array(video, "renditions")) {
    profile.video.push_back(RungFrom(value));
    const std::string& name = profile.video.back().name;
    if (name.starts_with("audio") || !names.insert(name).second) Reject("the name " + name + " is taken");
  }
  return profile;
}

}  // namespace descant::conversion::adapters
