// Contents as JSON, one or a page of them. The database says which revisions they are, each time; what these
// look like is kept from earlier, or else found and made.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "services/content/app/catalog.h"
#include "services/content/app/media_links.h"
#include "services/content/http/rendered_contents.h"

namespace descant::content::http {

// For one core.
class ContentPages {
 public:
  // What it refers to has to outlive it.
  ContentPages(app::Catalog& catalog, const app::MediaLinks& links);

  // Throws Error kNotFound `content_not_found`, also for what the viewer may not know of.
  awaitable<std::string> One(domain::ContentId id, std::optional<domain::UserId> viewer);

  // {"items": [...], "next_cursor": ...} of at most `listing.limit` contents.
  awaitable<std::string> Page(domain::Listing listing);

 private:
  // In order. Null for what went, or was unpublished, before it could be read.
  awaitable<std::vector<RenderedContents::Entry>> Rendered(const std::vector<domain::Revision>& revisions,
                                                           const domain::Listing& listing);

  app::Catalog& catalog_;
  const app::MediaLinks& links_;
  RenderedContents rendered_;
};

}  // namespace descant::content::http
