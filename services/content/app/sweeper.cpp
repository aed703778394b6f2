#include "services/content/app/sweeper.h"

#include <algorithm>

#include "platform/log/log.h"
#include "services/content/domain/upload.h"

namespace descant::content::app {

namespace {

constexpr std::size_t kBatch = 20;

// Whether something converted is part of what plays, or of what a job is making.
bool IsMediaInUse(const domain::InUse& use, domain::ContentId content, const std::string& key) {
  const auto below = [&key](const std::string& folder) { return key.starts_with(folder + "/"); };
  if (use.media_key) {
    const std::string attempt = domain::FolderOf(*use.media_key);
    if (below(attempt)) return true;
    // The completion record stands beside the attempts.
    if (domain::FolderOf(key) == domain::FolderOf(attempt)) return true;
  }
  return std::ranges::any_of(use.open_jobs, [&](const domain::JobId& job) {
    return below(domain::MediaPrefix(content) + job.ToString());
  });
}

}  // namespace

awaitable<std::size_t> Sweeper::Sweep() {
  const std::vector<domain::Leftover> due = co_await leftovers_.Due(kBatch);
  for (const domain::Leftover& leftover : due) {
    co_await Tidy(leftover.content);
    co_await leftovers_.Done(leftover);
  }
  co_return due.size();
}

awaitable<void> Sweeper::Tidy(domain::ContentId content) {
  const domain::InUse use = co_await leftovers_.Use(content);
  std::vector<std::string> unused;
  for (std::string& key : co_await storage_.List(domain::MediaPrefix(content))) {
    if (!use.exists || !IsMediaInUse(use, content, key)) unused.push_back(std::move(key));
  }
  for (std::string& key : co_await storage_.List(domain::UploadPrefix(content))) {
    if (use.exists && key == use.source_key) continue;
    const auto info = use.exists ? co_await storage_.Head(key) : std::nullopt;
    if (!use.exists || (info && info->modified_at < Now() - upload_age_)) unused.push_back(std::move(key));
  }
  if (unused.empty()) co_return;
  log::Info("removing leftovers", {{"content", content.ToString()}, {"objects", unused.size()}});
  co_await storage_.Delete(std::move(unused));
}

}  // namespace descant::content::app
