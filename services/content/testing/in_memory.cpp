#include "services/content/testing/in_memory.h"

#include <algorithm>
#include <ranges>

#include "platform/base/error.h"
#include "services/content/domain/upload.h"

namespace descant::content::testing {

namespace {

using domain::Content;
using domain::ContentId;
using domain::Job;
using State = StoredJob::State;

std::string Lower(std::string text) {
  std::ranges::transform(text, text.begin(), [](unsigned char c) { return std::tolower(c); });
  return text;
}

bool Matches(const Content& content, const domain::Listing& listing) {
  if (listing.only_published && !IsPublished(content)) return false;
  if (listing.before && content.id >= *listing.before) return false;
  if (listing.owner && content.owner.id != *listing.owner) return false;
  if (listing.type && content.type != *listing.type) return false;
  if (listing.state && content.state != *listing.state) return false;
  return !listing.text ||
         Lower(content.title + " " + content.description).find(Lower(*listing.text)) != std::string::npos;
}

bool IsOpen(const StoredJob& stored) {
  return stored.state == State::kQueued || stored.state == State::kRunning;
}

}  // namespace

awaitable<Content> InMemoryContents::Add(Content content) {
  content.owner.name = memory_.owners.try_emplace(content.owner.id, content.owner.name).first->second;
  content.created_at = content.modified_at = Now();
  memory_.Change(content.id) = content;
  co_return content;
}

awaitable<std::optional<Content>> InMemoryContents::Find(ContentId id) {
  const auto found = memory_.contents.find(id);
  co_return found == memory_.contents.end() ? std::nullopt : std::optional(found->second);
}

awaitable<std::optional<domain::Revision>> InMemoryContents::FindRevision(ContentId id) {
  if (!memory_.contents.contains(id)) co_return std::nullopt;
  co_return domain::Revision{id, memory_.revisions[id]};
}

awaitable<std::vector<domain::Revision>> InMemoryContents::List(domain::Listing listing) {
  std::vector<domain::Revision> page;
  for (const auto& content : memory_.contents | std::views::values | std::views::reverse) {
    if (page.size() < std::min(listing.limit, domain::kLongestListing) && Matches(content, listing)) {
      page.push_back({content.id, memory_.revisions[content.id]});
    }
  }
  co_return page;
}

awaitable<std::vector<domain::RevisedContent>> InMemoryContents::FindAll(std::vector<ContentId> ids) {
  std::vector<domain::RevisedContent> contents;
  for (const ContentId id : ids) {
    const auto found = memory_.contents.find(id);
    if (found != memory_.contents.end()) contents.push_back({{id, memory_.revisions[id]}, found->second});
  }
  co_return contents;
}

awaitable<std::optional<Content>> InMemoryContents::Change(ContentId id, domain::ContentPatch patch) {
  const auto found = memory_.contents.find(id);
  if (found == memory_.contents.end()) co_return std::nullopt;
  Content& content = memory_.Change(id);
  if (patch.title) content.title = *patch.title;
  if (patch.description) content.description = *patch.description;
  if (patch.visibility) content.visibility = *patch.visibility;
  if (patch.type) content.type = *patch.type;
  co_return content;
}

awaitable<std::optional<Content>> InMemoryContents::SetCover(ContentId id, std::optional<std::string> key) {
  const auto found = memory_.contents.find(id);
  if (found == memory_.contents.end()) co_return std::nullopt;
  Content& content = memory_.Change(id);
  content.cover_key = std::move(key);
  co_return content;
}

awaitable<bool> InMemoryContents::Remove(ContentId id) {
  if (memory_.contents.erase(id) == 0) co_return false;
  std::erase_if(memory_.jobs, [id](const auto& entry) { return entry.second.job.content == id; });
  memory_.Leave(id, Now());
  memory_.Leave(id, Now());
  co_return true;
}

awaitable<void> InMemoryContents::RenameOwner(domain::Owner owner) {
  if (memory_.owners.contains(owner.id)) memory_.owners[owner.id] = owner.name;
  for (auto& content : memory_.contents | std::views::values) {
    if (content.owner.id == owner.id && content.owner.name != owner.name) {
      memory_.Change(content.id).owner.name = owner.name;
    }
  }
  co_return;
}

awaitable<void> InMemoryContents::RemoveOwner(domain::UserId owner) {
  std::vector<ContentId> theirs;
  for (const auto& content : memory_.contents | std::views::values) {
    if (content.owner.id == owner) theirs.push_back(content.id);
  }
  for (const ContentId id : theirs) co_await Remove(id);
  memory_.owners.erase(owner);
}

awaitable<void> InMemoryContents::NoteUpload(ContentId id) {
  memory_.Leave(id, Now() + std::chrono::hours(25));
  co_return;
}

StoredJob* InMemoryJobs::Leased(const Job& job) {
  const auto found = memory_.jobs.find(job.id);
  if (found == memory_.jobs.end()) return nullptr;
  StoredJob& stored = found->second;
  return stored.state == State::kRunning && stored.job.attempt == job.attempt ? &stored : nullptr;
}

awaitable<Content> InMemoryJobs::Queue(domain::NewJob job) {
  const auto found = memory_.contents.find(job.content);
  if (found == memory_.contents.end()) throw domain::ContentNotFound();
  for (const StoredJob& stored : memory_.jobs | std::views::values) {
    if (stored.job.content == job.content && IsOpen(stored)) {
      throw Error(ErrorKind::kConflict, "conversion_in_progress", "");
    }
  }
  const auto id = domain::JobId::New();
  memory_.jobs[id] = {.job = {.id = id,
                              .content = job.content,
                              .source_key = job.source_key,
                              .kind = job.kind,
                              .request_id = job.request_id},
                      .due_at = Now()};
  Content& content = memory_.Change(job.content);
  content.state = domain::State::kQueued;
  content.failure.reset();
  co_return content;
}

awaitable<std::optional<std::string>> InMemoryJobs::LatestSource(ContentId content) {
  std::optional<std::string> latest;
  for (const StoredJob& stored : memory_.jobs | std::views::values) {
    if (stored.job.content == content) latest = stored.job.source_key;
  }
  co_return latest;
}

awaitable<std::optional<Job>> InMemoryJobs::Lease(std::chrono::milliseconds duration) {
  const TimePoint now = Now();
  StoredJob* next = nullptr;
  for (StoredJob& stored : memory_.jobs | std::views::values) {
    const bool ready = (stored.state == State::kQueued && stored.due_at <= now) ||
                       (stored.state == State::kRunning && stored.leased_until < now);
    if (ready && (!next || stored.due_at < next->due_at)) next = &stored;
  }
  if (!next) co_return std::nullopt;
  if (next->state == State::kRunning) ++next->job.losses;
  next->state = State::kRunning;
  next->leased_until = now + duration;
  ++next->job.attempt;
  memory_.Change(next->job.content).state = domain::State::kProcessing;
  co_return next->job;
}

awaitable<bool> InMemoryJobs::Extend(Job job, std::chrono::milliseconds duration) {
  StoredJob* stored = Leased(job);
  if (stored) stored->leased_until = Now() + duration;
  co_return stored != nullptr;
}

awaitable<bool> InMemoryJobs::Report(Job job, domain::Progress progress) {
  if (!Leased(job)) co_return false;
  memory_.Change(job.content).progress = progress;
  co_return true;
}

awaitable<bool> InMemoryJobs::ReportPlayable(Job job, domain::PlayableMedia playable) {
  if (!Leased(job)) co_return false;
  if (!playable.whole && memory_.whole.contains(job.content)) co_return true;
  Content& content = memory_.Change(job.content);
  content.media_key = playable.media_key;
  content.media = playable.media;
  if (playable.whole) memory_.whole.insert(job.content);
  co_return true;
}

awaitable<bool> InMemoryJobs::Complete(Job job, std::string media_key, domain::Media media) {
  StoredJob* stored = Leased(job);
  if (!stored) co_return false;
  stored->state = State::kDone;
  Content& content = memory_.Change(job.content);
  content.state = domain::State::kReady;
  content.media_key = media_key;
  content.media = media;
  memory_.whole.insert(job.content);
  content.progress.reset();
  content.failure.reset();
  memory_.Leave(job.content, Now());
  co_return true;
}

awaitable<bool> InMemoryJobs::Fail(Job job, domain::Failure failure) {
  StoredJob* stored = Leased(job);
  if (!stored) co_return false;
  stored->state = State::kFailed;
  Content& content = memory_.Change(job.content);
  const bool whole = memory_.whole.contains(job.content);
  const bool made_enough =
      whole && content.media_key->starts_with(domain::MediaPrefix(job.content) + job.id.ToString() + "/");
  content.state = made_enough ? domain::State::kReady : domain::State::kFailed;
  if (!made_enough) content.failure = failure;
  content.progress.reset();
  if (!whole) {
    content.media_key.reset();
    content.media.reset();
  }
  memory_.Leave(job.content, Now());
  co_return true;
}

awaitable<bool> InMemoryJobs::Release(Job job, std::chrono::milliseconds delay, Reason reason) {
  StoredJob* stored = Leased(job);
  if (!stored) co_return false;
  stored->state = State::kQueued;
  stored->due_at = Now() + delay;
  if (reason == Reason::kFailure) ++stored->job.failures;
  if (reason == Reason::kLoss) ++stored->job.losses;
  Content& content = memory_.Change(job.content);
  content.state = domain::State::kQueued;
  content.progress.reset();
  co_return true;
}

awaitable<domain::OpenJobs> InMemoryJobs::CountOpen() {
  domain::OpenJobs open;
  for (const StoredJob& job : memory_.jobs | std::views::values) {
    if (job.state == State::kQueued) ++open.queued;
    if (job.state == State::kRunning) ++open.running;
  }
  co_return open;
}

awaitable<std::vector<domain::Leftover>> InMemoryLeftovers::Due(std::size_t limit) {
  std::vector<domain::Leftover> due;
  for (const auto& [leftover, due_at] : memory_.leftovers) {
    if (due_at <= Now() && due.size() < limit) due.push_back(leftover);
  }
  co_return due;
}

awaitable<domain::InUse> InMemoryLeftovers::Use(ContentId content) {
  const auto found = memory_.contents.find(content);
  if (found == memory_.contents.end()) co_return domain::InUse{};
  domain::InUse use{
      .exists = true, .media_key = found->second.media_key, .cover_key = found->second.cover_key};
  for (const StoredJob& stored : memory_.jobs | std::views::values) {
    if (stored.job.content != content) continue;
    use.source_key = stored.job.source_key;
    if (IsOpen(stored)) use.open_jobs.push_back(stored.job.id);
  }
  co_return use;
}

awaitable<void> InMemoryLeftovers::Done(domain::Leftover leftover) {
  std::erase_if(memory_.leftovers, [&](const auto& entry) { return entry.first.id == leftover.id; });
  co_return;
}

awaitable<void> InMemoryLeftovers::Postpone(domain::Leftover leftover, std::chrono::seconds by) {
  for (auto& [other, due_at] : memory_.leftovers) {
    if (other.id == leftover.id) due_at = Now() + by;
  }
  co_return;
}

}  // namespace descant::content::testing
