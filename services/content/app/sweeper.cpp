#include "services/content/app/sweeper.h"

#include <algorithm>
#include <iterator>

#include "platform/base/error.h"
#include "platform/log/log.h"
#include "services/content/domain/cover.h"
#include "services/content/domain/upload.h"

namespace descant::content::app {

namespace {

constexpr std::size_t kBatch = 20;
constexpr std::chrono::minutes kPatience{1};  // with what could not be tidied

// How a master playlist names what another attempt of its job made.
constexpr std::string_view kOtherAttempt = "../";

// The folders of the attempts that a master playlist leads to, its own included.
std::vector<std::string> FoldersOf(const std::string& media_key, std::string_view master) {
  const std::string own = domain::FolderOf(media_key);
  std::vector<std::string> folders{own};
  for (std::size_t at = master.find(kOtherAttempt); at != std::string_view::npos;
       at = master.find(kOtherAttempt, at)) {
    at += kOtherAttempt.size();
    const std::string_view attempt = master.substr(at, master.find('/', at) - at);
    folders.push_back(domain::FolderOf(own) + "/" + std::string(attempt));
  }
  return folders;
}

// What of a content's media is in use.
struct MediaInUse {
  std::string job;                   // the folder of the job that made what plays
  std::vector<std::string> folders;  // whatever is below
};

bool IsInUse(const MediaInUse& media, const std::string& key) {
  const auto below = [&key](const std::string& folder) { return key.starts_with(folder + "/"); };
  // The job's records stand beside its attempts.
  return domain::FolderOf(key) == media.job || std::ranges::any_of(media.folders, below);
}

// Empty when it is gone.
awaitable<std::string> ReadMaster(storage::Storage& storage, const std::string& media_key) {
  try {
    co_return co_await storage.Read(media_key);
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::kNotFound) throw;
  }
  co_return std::string();
}

// Of what plays all that its master playlist leads to; and all that a job is making.
awaitable<MediaInUse> FindMediaInUse(storage::Storage& storage, domain::ContentId content,
                                     const domain::InUse& use) {
  MediaInUse media;
  if (use.media_key) {
    const std::string master = co_await ReadMaster(storage, *use.media_key);
    media.job = domain::FolderOf(domain::FolderOf(*use.media_key));
    media.folders = FoldersOf(*use.media_key, master);
  }
  for (const domain::JobId& job : use.open_jobs)
    media.folders.push_back(domain::MediaPrefix(content) + job.ToString());
  co_return media;
}

}  // namespace

awaitable<std::size_t> Sweeper::Sweep() {
  const std::vector<domain::Leftover> due = co_await leftovers_.Due(kBatch);
  std::size_t tidied = 0;
  for (const domain::Leftover& leftover : due) {
    bool failed = false;
    try {
      co_await Tidy(leftover.content);
      co_await leftovers_.Done(leftover);
      ++tidied;
    } catch (const std::exception& error) {
      log::Warning("leftovers stay for now",
                   {{"content", leftover.content.ToString()}, {"error", error.what()}});
      failed = true;
    }
    if (failed) co_await leftovers_.Postpone(leftover, kPatience);
  }
  co_return tidied;
}

// What is there is listed before it is asked what of it is in use: what a job begins to make meanwhile is
// then not in the lists.
awaitable<void> Sweeper::Tidy(domain::ContentId content) {
  std::vector<std::string> made = co_await storage_.List(domain::MediaPrefix(content));
  std::vector<std::string> uploaded = co_await storage_.List(domain::UploadPrefix(content));
  const domain::InUse use = co_await leftovers_.Use(content);
  const MediaInUse media = co_await FindMediaInUse(storage_, content, use);
  const std::string covers = domain::CoverPrefix(content);
  std::vector<std::string> unused;
  for (std::string& key : made) {
    if (key.starts_with(covers)) {
      uploaded.push_back(std::move(key));
    } else if (!IsInUse(media, key)) {
      unused.push_back(std::move(key));
    }
  }
  for (std::string& key : uploaded) {  // which somebody may be about to use
    if (use.exists && (key == use.source_key || key == use.cover_key)) continue;
    const auto info = use.exists ? co_await storage_.Head(key) : std::nullopt;
    if (!use.exists || (info && info->modified_at < Now() - upload_age_)) unused.push_back(std::move(key));
  }
  for (storage::UnfinishedUpload& upload :
       co_await storage_.Parts().Unfinished(domain::UploadPrefix(content))) {
    if (use.exists && upload.begun_at > Now() - upload_age_) continue;
    co_await storage_.Parts().Abort(std::move(upload.key), std::move(upload.upload_id));
  }
  if (unused.empty()) co_return;
  log::Info("removing leftovers", {{"content", content.ToString()}, {"objects", unused.size()}});
  co_await storage_.Delete(std::move(unused));
}

}  // namespace descant::content::app
