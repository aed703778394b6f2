// The contents, as their owners and their listeners may use them. All throw Error kNotFound
// `content_not_found` for what the viewer may not know of, kPermissionDenied `not_owner` for what only its
// owner may do.
#pragma once

#include <optional>
#include <vector>

#include "services/content/app/viewer.h"
#include "services/content/domain/contents.h"

namespace descant::content::app {

class Catalog {
 public:
  explicit Catalog(domain::Contents& contents) : contents_(contents) {}

  awaitable<domain::Content> Create(Viewer owner, domain::ContentDraft draft);
  awaitable<domain::Content> Get(domain::ContentId id, std::optional<domain::UserId> viewer);
  awaitable<domain::Content> GetOwn(domain::ContentId id, domain::UserId owner);
  // Whoever asks.
  awaitable<domain::Revision> FindRevision(domain::ContentId id);
  awaitable<std::vector<domain::Revision>> List(domain::Listing listing);
  // Of contents that `listing` told of, those that are still there, and still published if it asks for that.
  awaitable<std::vector<domain::RevisedContent>> FindListed(std::vector<domain::ContentId> ids,
                                                            const domain::Listing& listing);
  // Throws Error kUnprocessable `validation_failed` for a type whose files are converted in another way.
  awaitable<domain::Content> Change(domain::ContentId id, domain::UserId owner, domain::ContentPatch patch);
  awaitable<void> Remove(domain::ContentId id, domain::UserId owner);

 private:
  domain::Contents& contents_;
};

}  // namespace descant::content::app
