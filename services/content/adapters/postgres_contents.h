// Contents in PostgreSQL; for one core.
#pragma once

#include <chrono>

#include "platform/postgres/database.h"
#include "services/content/domain/contents.h"

namespace descant::content::adapters {

class PostgresContents final : public domain::Contents {
 public:
  // `removal_delay`: how long what is no longer in use stays in storage, for those who are still playing it.
  PostgresContents(postgres::Database& database, std::chrono::seconds removal_delay)
      : database_(database), removal_delay_(removal_delay) {}

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
  postgres::Database& database_;
  std::chrono::seconds removal_delay_;
};

}  // namespace descant::content::adapters
