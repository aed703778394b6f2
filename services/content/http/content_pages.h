// Pages of contents, as JSON. The database says which revisions a page has, each time; what these look like
// is kept from earlier, or else found and made.
#pragma once

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

  // {"items": [...], "next_cursor": ...} of at most `listing.limit` contents.
  awaitable<std::string> Page(domain::Listing listing);

 private:
  // In order. Null for what went, or was unpublished, before it could be read.
  awaitable<std::vector<RenderedContents::Text>> Texts(const std::vector<domain::Revision>& revisions,
                                                       const domain::Listing& listing);

  app::Catalog& catalog_;
  const app::MediaLinks& links_;
  RenderedContents rendered_;
};

}  // namespace descant::content::http
