// Conversion jobs, their leases and what they leave behind, in PostgreSQL; for one core.
#pragma once

#include <chrono>

#include "platform/postgres/database.h"
#include "services/content/domain/jobs.h"
#include "services/content/domain/leftovers.h"

namespace descant::content::adapters {

class PostgresJobs final : public domain::Jobs {
 public:
  PostgresJobs(postgres::Database& database, std::chrono::seconds removal_delay)
      : database_(database), removal_delay_(removal_delay) {}

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
  postgres::Database& database_;
  std::chrono::seconds removal_delay_;
};

class PostgresLeftovers final : public domain::Leftovers {
 public:
  explicit PostgresLeftovers(postgres::Database& database) : database_(database) {}

  awaitable<std::vector<domain::Leftover>> Due(std::size_t limit) override;
  awaitable<domain::InUse> Use(domain::ContentId content) override;
  awaitable<void> Done(domain::Leftover leftover) override;
  awaitable<void> Postpone(domain::Leftover leftover, std::chrono::seconds by) override;

 private:
  postgres::Database& database_;
};

}  // namespace descant::content::adapters
