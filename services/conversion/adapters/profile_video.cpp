#include <algorithm>
#include <set>
#include <string>
#include <string_view>

#include "services/conversion/adapters/profile_parts.h"

namespace descant::conversion::adapters {

namespace {

// key=value pairs of an encoder, separated by colons; empty: none.
std::string EncoderParams(const json::object& object, std::string_view name) {
  const json::value* value = object.if_contains(name);
  if (value == nullptr) return "";
  const std::string params = value->is_string() ? std::string(value->get_string()) : std::string();
  const auto plain = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
           std::string_view("-_.,=:").find(c) != std::string_view::npos;
  };
  if (params.empty() || params.size() > 256 || !std::ranges::all_of(params, plain)) {
    RejectProfile(std::string(name) + " has to hold key=value pairs separated by colons");
  }
  return params;
}

// `params`: of the encoders, by codec, for rungs that have none of their own.
VideoRung RungFrom(const json::value& value, const json::object& params) {
  if (!value.is_object()) RejectProfile("each of renditions has to be an object");
  const json::object& object = value.get_object();
  const std::string codec = Word(object, "codec");
  if (codec != "avc" && codec != "hevc") RejectProfile("codec has to be avc or hevc");
  return {
      .name = Word(object, "name"),
      .codec = codec == "avc" ? VideoCodec::kAvc : VideoCodec::kHevc,
      .lines = Integer(object, "lines", 64, 4320),
      .preset = Word(object, "preset"),
      .params = object.contains("params") ? EncoderParams(object, "params") : EncoderParams(params, codec),
      .crf = Integer(object, "crf", 0, 51),
      .max_bit_rate = Integer(object, "max_bit_rate", 100'000, 200'000'000)};
}

}  // namespace

VideoProfile ParseVideoProfile(const json::object& object) {
  VideoProfile profile{.audio_bit_rates = BitRates(object, "audio_bit_rates"),
                       .max_frame_rate = Integer(object, "max_frame_rate", 1, 120)};
  const json::object none;
  const json::object& params = object.contains("params") ? Object(object, "params") : none;
  std::set<std::string> names;
  for (const json::value& value : Array(object, "renditions")) {
    profile.renditions.push_back(RungFrom(value, params));
    const std::string& name = profile.renditions.back().name;
    if (name.starts_with("audio") || !names.insert(name).second)
      RejectProfile("the name " + name + " is taken");
  }
  return profile;
}

}  // namespace descant::conversion::adapters
