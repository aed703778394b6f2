// The main job: an uploaded file in, HLS out.
#pragma once

#include <cstdint>
#include <string>

#include "platform/runtime/awaitable.h"
#include "platform/storage/storage.h"
#include "services/conversion/app/chunk_worker.h"
#include "services/conversion/app/job.h"
#include "services/conversion/app/job_events.h"
#include "services/conversion/domain/cancellation.h"
#include "services/conversion/domain/limits.h"
#include "services/conversion/domain/media.h"
#include "services/conversion/domain/profile.h"
#include "services/conversion/domain/scratch.h"
#include "services/conversion/domain/transcoder.h"

namespace descant::conversion::app {

// One for each core. What it refers to has to outlive it.
class Conversion {
 public:
  // `peers`: other workers that take part in long videos; null: there are none.
  Conversion(storage::Storage& storage, Transcoder& transcoder, Scratch& scratch, Profile profile,
             Limits limits, Peers* peers = nullptr);

  // Answers what was made, or what an earlier attempt made. Throws Failure when the file cannot be converted
  // (its source stays), Error when the job may be tried again as it is. `events` and `cancellation` have to
  // outlive the call.
  awaitable<Result> Convert(Job job, JobEvents& events, Cancellation& cancellation);

 private:
  awaitable<std::int64_t> SourceSize(const std::string& source_key);
  awaitable<Result> RunAttempt(const Job& job, JobEvents& events, Cancellation& cancellation);

  storage::Storage& storage_;
  Transcoder& transcoder_;
  Scratch& scratch_;
  Profile profile_;
  Limits limits_;
  Peers* peers_;
};

}  // namespace descant::conversion::app
