#include "services/content/app/playlists.h"

#include <algorithm>
#include <filesystem>

#include "platform/base/error.h"
#include "platform/token/edge_token.h"

namespace descant::content::app {

namespace {

constexpr std::string_view kSuffix = ".m3u8";
constexpr std::string_view kUri = "URI=\"";

bool IsOfPlaylist(std::string_view uri) { return uri.ends_with(kSuffix); }

std::string WithSignedAttribute(std::string_view tag,
                                const std::function<std::string(std::string_view)>& sign) {
  const std::size_t found = tag.find(kUri);
  if (found == std::string_view::npos) return std::string(tag);
  const std::size_t begin = found + kUri.size();
  const std::size_t end = tag.find('"', begin);
  if (end == std::string_view::npos || IsOfPlaylist(tag.substr(begin, end - begin))) return std::string(tag);
  return std::string(tag.substr(0, begin)) + sign(tag.substr(begin, end - begin)) +
         std::string(tag.substr(end));
}

// One attempt's playlist may name what an earlier one has made: ../1/avc/0.m4s.
std::string Resolved(const std::string& folder, std::string_view uri) {
  return std::filesystem::path(folder + std::string(uri)).lexically_normal().generic_string();
}

void Require(token::Verdict verdict) {
  if (verdict == token::Verdict::kGood) return;
  if (verdict == token::Verdict::kExpired) {
    throw Error(ErrorKind::kPermissionDenied, "playback_token_expired",
                "This playback URL has expired. Ask for a new one.");
  }
  throw Error(ErrorKind::kPermissionDenied, "playback_token_invalid", "This playback URL is not valid.");
}

}  // namespace

std::string WithSignedUris(std::string_view playlist,
                           const std::function<std::string(std::string_view uri)>& sign) {
  std::string text;
  while (!playlist.empty()) {
    const std::size_t end = std::min(playlist.find('\n'), playlist.size());
    const std::string_view line = playlist.substr(0, end);
    if (line.starts_with('#')) {
      text += WithSignedAttribute(line, sign);
    } else if (line.empty() || IsOfPlaylist(line)) {
      text += line;
    } else {
      text += sign(line);
    }
    text += '\n';
    playlist.remove_prefix(std::min(end + 1, playlist.size()));
  }
  return text;
}

awaitable<Playlists::Served> Playlists::Open(std::string token, std::vector<std::string> path,
                                             std::string origin) {
  const bool plain =
      std::ranges::none_of(path, [](const std::string& segment) { return segment.contains('/'); });
  const auto now = std::chrono::floor<std::chrono::seconds>(Now()).time_since_epoch().count();
  Require(plain ? token::VerifyPlaybackToken(key_, now, token, path) : token::Verdict::kInvalid);
  const std::chrono::seconds lifetime(std::stoll(token) - now);  // its first part, which has been verified

  std::string folder = "media/";
  for (std::size_t i = 0; i + 1 < path.size(); ++i) folder += path[i] + "/";
  const std::string key = folder + path.back();
  if (!storage::IsValidKey(key)) Require(token::Verdict::kInvalid);
  if (!IsOfPlaylist(key)) co_return Served{.location = storage_.SignRead(key, lifetime, std::move(origin))};
  const std::string playlist = co_await storage_.Read(key);
  const std::string content = "media/" + path.front() + "/";
  co_return Served{.playlist = WithSignedUris(playlist, [&](std::string_view uri) {
                     const std::string resource = Resolved(folder, uri);
                     if (!resource.starts_with(content)) Require(token::Verdict::kInvalid);
                     return storage_.SignRead(resource, lifetime, origin);
                   })};
}

}  // namespace descant::content::app
