#include "services/conversion/adapters/profile_file.h"

#include "services/conversion/adapters/profile_parts.h"

namespace descant::conversion::adapters {

Profile ParseProfile(std::string_view text) {
  boost::system::error_code error;
  const json::value parsed = json::parse(text, error);
  if (error || !parsed.is_object()) RejectProfile("it is no JSON object");
  const json::object& root = parsed.get_object();
  Profile profile{.audio = ParseAudioProfile(Object(root, "audio")),
                  .video = ParseVideoProfile(Object(root, "video")),
                  .segment = std::chrono::seconds(Integer(root, "segment_seconds", 1, 30)),
                  .key_frame_interval = std::chrono::seconds(Integer(root, "key_frame_seconds", 1, 30))};
  if (profile.segment % profile.key_frame_interval != std::chrono::seconds(0)) {
    RejectProfile("segment_seconds has to be a multiple of key_frame_seconds");
  }
  return profile;
}

}  // namespace descant::conversion::adapters
