#include "services/content/domain/content.h"

namespace descant::content::domain {

MediaKind KindFor(ContentType type) {
  return type == ContentType::kVideo ? MediaKind::kVideo : MediaKind::kAudio;
}

bool IsPublished(const Content& content) {
  return content.visibility == Visibility::kPublic && content.playable();
}

bool IsVisibleTo(const Content& content, const std::optional<UserId>& viewer) {
  if (viewer == content.owner.id) return true;
  return content.visibility != Visibility::kPrivate && content.playable();
}

Error ContentNotFound() { return {ErrorKind::kNotFound, "content_not_found", "There is no such content."}; }

Content Existing(std::optional<Content> content) {
  if (!content) throw ContentNotFound();
  return *std::move(content);
}

}  // namespace descant::content::domain
