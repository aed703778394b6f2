// The picture that a creator chooses for a content, in place of the one in its file.
#pragma once

#include <string>

#include "platform/storage/storage.h"
#include "services/content/app/catalog.h"

namespace descant::content::app {

class Covers {
 public:
  Covers(Catalog& catalog, domain::Contents& contents, storage::Storage& storage)
      : catalog_(catalog), contents_(contents), storage_(storage) {}

  // Throws Error kUnprocessable `validation_failed` for what is no JPEG of at most 640 pixels a side, and
  // what Catalog throws.
  awaitable<domain::Content> Choose(domain::ContentId id, domain::UserId owner, std::string jpeg);
  // Back to the one in the file. Throws what Catalog throws.
  awaitable<domain::Content> Forget(domain::ContentId id, domain::UserId owner);

 private:
  Catalog& catalog_;
  domain::Contents& contents_;
  storage::Storage& storage_;
};

}  // namespace descant::content::app
