// What a player needs to begin.
#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "platform/storage/storage.h"
#include "services/content/app/catalog.h"

namespace descant::content::app {

class Playback {
 public:
  Playback(Catalog& catalog, storage::Storage& storage, std::chrono::seconds lifetime)
      : catalog_(catalog), storage_(storage), lifetime_(lifetime) {}

  // A signed URL of the master playlist. Throws Error kConflict `not_playable`, and what Catalog::Get throws.
  awaitable<storage::PlaybackGrant> Begin(domain::ContentId id, std::optional<domain::UserId> viewer,
                                          std::string origin);

 private:
  Catalog& catalog_;
  storage::Storage& storage_;
  std::chrono::seconds lifetime_;
};

}  // namespace descant::content::app
