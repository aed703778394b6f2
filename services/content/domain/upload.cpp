#include "services/content/domain/upload.h"

#include <algorithm>

namespace descant::content::domain {

namespace {

constexpr std::size_t kMinName = 16;
constexpr std::size_t kMaxName = 64;

bool IsTokenCharacter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_' ||
         c == '.' || c == '+';
}

}  // namespace

bool IsUploadType(std::string_view content_type) {
  if (content_type == "application/ogg" || content_type == "application/octet-stream") return true;
  if (!content_type.starts_with("audio/") && !content_type.starts_with("video/")) return false;
  const std::string_view subtype = content_type.substr(6);
  return !subtype.empty() && subtype.size() <= 64 && std::ranges::all_of(subtype, IsTokenCharacter);
}

std::string UploadPrefix(ContentId content) { return "uploads/" + content.ToString() + "/"; }

std::string MediaPrefix(ContentId content) { return "media/" + content.ToString() + "/"; }

bool IsUploadKeyOf(ContentId content, std::string_view key) {
  const std::string prefix = UploadPrefix(content);
  if (!key.starts_with(prefix)) return false;
  const std::string_view name = key.substr(prefix.size());
  return name.size() >= kMinName && name.size() <= kMaxName && !name.starts_with('.') &&
         std::ranges::all_of(name, IsTokenCharacter);
}

std::string FolderOf(std::string_view key) { return std::string(key.substr(0, key.rfind('/'))); }

}  // namespace descant::content::domain
