// Conversion jobs, and the leases under which they are worked on. A lease is fenced by its attempt number:
// once another attempt has begun, nothing that an older one reports is taken.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "platform/runtime/awaitable.h"
#include "services/content/domain/content.h"

namespace descant::content::domain {

using JobId = Id<struct JobTag>;

struct NewJob {
  ContentId content;
  std::string source_key;
  MediaKind kind = MediaKind::kAudio;
  std::string request_id;  // of the request that made it, for the logs of all who work on it
};

struct Job {
  JobId id;
  ContentId content;
  std::string source_key;
  MediaKind kind = MediaKind::kAudio;
  std::int64_t attempt = 0;   // counts leases, from 1
  std::int64_t failures = 0;  // attempts that ended badly through no fault of the file
  std::int64_t losses = 0;    // attempts that nobody brought to an end
  std::string request_id;
};

// What can be played before its job is done.
struct PlayableMedia {
  std::string media_key;
  Media media;         // as far as it is known
  bool whole = false;  // from beginning to end; it stays, whatever becomes of the job
};

// What is to be done, as far as it is not.
struct OpenJobs {
  std::int64_t queued = 0;
  std::int64_t running = 0;
};

class Jobs {
 public:
  virtual ~Jobs() = default;

  // Makes the job and turns the content to `queued`, in one transaction. Throws Error kConflict
  // `conversion_in_progress` while another job of the content is open, kNotFound `content_not_found` when it
  // is gone.
  virtual awaitable<Content> Queue(NewJob job) = 0;

  // The source of the content's latest job, whatever became of that.
  virtual awaitable<std::optional<std::string>> LatestSource(ContentId content) = 0;

  // The job that has waited longest and may run, or one whose lease has run out; its content turns to
  // `processing`.
  virtual awaitable<std::optional<Job>> Lease(std::chrono::milliseconds duration) = 0;

  // Each answers whether the lease still holds; when not, it has changed nothing.
  virtual awaitable<bool> Extend(Job job, std::chrono::milliseconds duration) = 0;
  virtual awaitable<bool> Report(Job job, Progress progress) = 0;
  // It plays from now on; but media that is whole gives way only to media that is whole.
  virtual awaitable<bool> ReportPlayable(Job job, PlayableMedia playable) = 0;
  virtual awaitable<bool> Complete(Job job, std::string media_key, Media media) = 0;
  // The job is over, and what of it is not whole plays no more. The content turns to `ready` when the job
  // made media that is whole, though not all that was wanted; else to `failed`, and what played before goes
  // on.
  virtual awaitable<bool> Fail(Job job, Failure failure) = 0;

  enum class Reason { kNobodyFree, kFailure, kLoss };  // what is counted
  virtual awaitable<bool> Release(Job job, std::chrono::milliseconds delay, Reason reason) = 0;

  virtual awaitable<OpenJobs> CountOpen() = 0;
};

}  // namespace descant::content::domain
