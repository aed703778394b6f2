// The content service's stores in memory, held to the same contract as PostgreSQL's by
// adapters/stores_test.cpp.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "services/content/domain/contents.h"
#include "services/content/domain/jobs.h"
#include "services/content/domain/leftovers.h"

namespace descant::content::testing {

struct StoredJob {
  domain::Job job;
  enum class State { kQueued, kRunning, kDone, kFailed } state = State::kQueued;
  TimePoint due_at;
  TimePoint leased_until;
};

// What all three share.
struct Memory {
  std::map<domain::ContentId, domain::Content> contents;
  std::map<domain::ContentId, std::uint32_t> revisions;
  std::map<domain::UserId, std::string> owners;  // their names
  std::map<domain::JobId, StoredJob> jobs;
  std::set<domain::ContentId> whole;  // those whose media is
  std::vector<std::pair<domain::Leftover, TimePoint>> leftovers;
  std::int64_t next_leftover = 1;

  // The content, to be changed: it is of another revision.
  domain::Content& Change(domain::ContentId id) {
    ++revisions[id];
    return contents[id];
  }
  void Leave(domain::ContentId content, TimePoint due) {
    leftovers.push_back({{next_leftover++, content}, due});
  }
};

class InMemoryContents : public domain::Contents {
 public:
  explicit InMemoryContents(Memory& memory) : memory_(memory) {}
  awaitable<domain::Content> Add(domain::Content content) override;
  awaitable<std::optional<domain::Content>> Find(domain::ContentId id) override;
  awaitable<std::optional<domain::Revision>> FindRevision(domain::ContentId id) override;
  awaitable<std::vector<domain::Revision>> List(domain::Listing listing) override;
  awaitable<std::vector<domain::RevisedContent>> FindAll(std::vector<domain::ContentId> ids) override;
  awaitable<std::optional<domain::Content>> Change(domain::ContentId id, domain::ContentPatch patch) override;
  awaitable<std::optional<domain::Content>> SetCover(domain::ContentId id,
                                                     std::optional<std::string> key) override;
  awaitable<bool> Remove(domain::ContentId id) override;
  awaitable<void> RenameOwner(domain::Owner owner) override;
  awaitable<void> RemoveOwner(domain::UserId owner) override;
  awaitable<void> NoteUpload(domain::ContentId id) override;

 private:
  Memory& memory_;
};

class InMemoryJobs final : public domain::Jobs {
 public:
  explicit InMemoryJobs(Memory& memory) : memory_(memory) {}
  awaitable<domain::Content> Queue(domain::NewJob job) override;
  awaitable<std::optional<std::string>> LatestSource(domain::ContentId content) override;
  awaitable<std::optional<domain::Job>> Lease(std::chrono::milliseconds duration) override;
  awaitable<bool> Extend(domain::Job job, std::chrono::milliseconds duration) override;
  awaitable<bool> Report(domain::Job job, domain::Progress progress) override;
  awaitable<bool> ReportPlayable(domain::Job job, domain::PlayableMedia playable) override;
  awaitable<bool> Complete(domain::Job job, std::string media_key, domain::Media media) override;
  awaitable<bool> Fail(domain::Job job, domain::Failure failure) override;
  awaitable<bool> Release(domain::Job job, std::chrono::milliseconds delay, Reason reason) override;
  awaitable<domain::OpenJobs> CountOpen() override;

 private:
  StoredJob* Leased(const domain::Job& job);
  Memory& memory_;
};

class InMemoryLeftovers : public domain::Leftovers {
 public:
  explicit InMemoryLeftovers(Memory& memory) : memory_(memory) {}
  awaitable<std::vector<domain::Leftover>> Due(std::size_t limit) override;
  awaitable<domain::InUse> Use(domain::ContentId content) override;
  awaitable<void> Done(domain::Leftover leftover) override;
  awaitable<void> Postpone(domain::Leftover leftover, std::chrono::seconds by) override;

 private:
  Memory& memory_;
};

}  // namespace descant::content::testing
