#include "services/content/domain/upload.h"

#include <algorithm>
#include <charconv>

namespace descant::content::domain {

namespace {

constexpr std::int64_t kMebibyte = std::int64_t{1} << 20;
constexpr std::int64_t kOnePiece = 64 * kMebibyte;
constexpr std::int64_t kSmallestPart = 16 * kMebibyte;
constexpr std::int64_t kMostParts = 512;  // as many URLs are in one answer
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

std::int64_t PartPlan::SizeOf(int number) const {
  return number < count ? part_size : size - part_size * (count - 1);
}

std::optional<PartPlan> PlanParts(std::int64_t size) {
  if (size <= kOnePiece) return std::nullopt;
  const std::int64_t least = (size + kMostParts - 1) / kMostParts;
  const std::int64_t part_size = std::max(kSmallestPart, (least + kMebibyte - 1) / kMebibyte * kMebibyte);
  return PartPlan{
      .size = size, .part_size = part_size, .count = static_cast<int>((size + part_size - 1) / part_size)};
}

std::string KeyOfParts(std::string_view unguessable, std::int64_t size) {
  return std::string(unguessable) + "." + std::to_string(size);
}

std::optional<PartPlan> PlanOfKey(std::string_view key) {
  const std::string_view digits = key.substr(key.rfind('.') + 1);
  std::int64_t size = 0;
  const auto [end, error] = std::from_chars(digits.begin(), digits.end(), size);
  if (digits.size() == key.size() || error != std::errc{} || end != digits.end()) return std::nullopt;
  return PlanParts(size);
}

std::string FolderOf(std::string_view key) { return std::string(key.substr(0, key.rfind('/'))); }

}  // namespace descant::content::domain
