// What is left in storage and belongs to nothing any more: noted in the same transaction that made it so,
// removed afterwards.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "platform/runtime/awaitable.h"
#include "services/content/domain/content.h"
#include "services/content/domain/jobs.h"

namespace descant::content::domain {

struct Leftover {
  std::int64_t id = 0;
  ContentId content;
};

// What of a content is in use.
struct InUse {
  bool exists = false;
  std::optional<std::string> media_key;
  std::optional<std::string> cover_key;
  std::optional<std::string> source_key;  // of its latest job
  std::vector<JobId> open_jobs;
};

class Leftovers {
 public:
  virtual ~Leftovers() = default;
  virtual awaitable<std::vector<Leftover>> Due(std::size_t limit) = 0;
  virtual awaitable<InUse> Use(ContentId content) = 0;
  virtual awaitable<void> Done(Leftover leftover) = 0;
  // It is due again after that, and others before it.
  virtual awaitable<void> Postpone(Leftover leftover, std::chrono::seconds by) = 0;
};

}  // namespace descant::content::domain
