// Removes from storage what nothing uses any more.
#pragma once

#include <chrono>

#include "platform/runtime/awaitable.h"
#include "platform/storage/storage.h"
#include "services/content/domain/leftovers.h"

namespace descant::content::app {

class Sweeper {
 public:
  // `upload_age`: uploads that no job names are given this long to be recorded.
  Sweeper(domain::Leftovers& leftovers, storage::Storage& storage, std::chrono::seconds upload_age)
      : leftovers_(leftovers), storage_(storage), upload_age_(upload_age) {}

  // Tidies what is due; answers how many contents that were. What fails is due again a minute later, and
  // keeps nothing else from it.
  awaitable<std::size_t> Sweep();

 private:
  awaitable<void> Tidy(domain::ContentId content);

  domain::Leftovers& leftovers_;
  storage::Storage& storage_;
  std::chrono::seconds upload_age_;
};

}  // namespace descant::content::app
