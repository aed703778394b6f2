#include "services/content/app/media_links.h"

#include "services/content/domain/upload.h"

namespace descant::content::app {

std::string MediaLinks::To(const std::string& key) const {
  if (key.empty()) return "";
  const TimePoint now = Now();
  const auto to_the_hour =
      std::chrono::ceil<std::chrono::hours>(now) - std::chrono::floor<std::chrono::seconds>(now);
  const std::string folder = domain::FolderOf(key);
  return storage_
      .SignPlayback({.prefix = folder,
                     .file = key.substr(folder.size() + 1),
                     .lifetime = lifetime_ + std::chrono::duration_cast<std::chrono::seconds>(to_the_hour)})
      .url;
}

TimePoint MediaLinks::SameUntil() const { return std::chrono::ceil<std::chrono::hours>(Now()); }

}  // namespace descant::content::app
