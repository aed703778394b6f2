// The tokens in upload and playback URLs, verified at the edge by gateway/edge/edge.js, byte for byte the
// same rules:
//
//   upload     <expiry>.<size>.<mac>    mac over "upload\n<expiry>\n<size>\n<content type>\n<key>"
//   playback   <expiry>.<depth>.<mac>   mac over "playback\n<expiry>\n<depth>\n<prefix>"
//
// <expiry>: Unix seconds; the token is refused from then on. <mac>: HMAC-SHA-256, base64url. <depth>: how
// many leading segments of the path after /media/<token>/ make <prefix>, so that one token opens just what
// lies below it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace descant::token {

std::string UploadToken(std::string_view key, std::int64_t expiry, std::int64_t size,
                        std::string_view content_type, std::string_view object_key);
// `prefix`: of the path after /media/<token>/, without slashes at its ends.
std::string PlaybackToken(std::string_view key, std::int64_t expiry, std::string_view prefix);

enum class Verdict { kGood, kInvalid, kExpired };
// Whether a playback token opens the path of these (decoded) segments at this time, in Unix seconds.
Verdict VerifyPlaybackToken(std::string_view key, std::int64_t now, std::string_view token,
                            const std::vector<std::string>& segments);

}  // namespace descant::token
