#include "services/content/http/content_pages.h"

#include <algorithm>

#include "services/content/http/content_json.h"

namespace descant::content::http {

namespace {

using domain::Revision;

constexpr std::size_t kCapacity = 4 * 1024 * 1024;

std::string Join(const std::vector<RenderedContents::Entry>& contents, const std::string& next_cursor) {
  std::size_t size = 64 + next_cursor.size();
  for (const auto& content : contents) size += content ? content->json.size() + 1 : 0;
  std::string page;
  page.reserve(size);
  page += R"({"items":[)";
  bool first = true;
  for (const auto& content : contents) {
    if (!content) continue;
    if (!std::exchange(first, false)) page += ',';
    page += content->json;
  }
  page += R"(],"next_cursor":)";
  page += next_cursor.empty() ? "null" : '"' + next_cursor + '"';
  return page += '}';
}

}  // namespace

ContentPages::ContentPages(app::Catalog& catalog, const app::MediaLinks& links)
    : catalog_(catalog), links_(links), rendered_(kCapacity) {}

awaitable<std::string> ContentPages::One(domain::ContentId id, std::optional<domain::UserId> viewer) {
  const std::vector<Revision> revision{co_await catalog_.FindRevision(id)};
  const auto rendered = co_await Rendered(revision, {.only_published = false});
  if (!rendered.front() || !rendered.front()->IsVisibleTo(viewer)) throw domain::ContentNotFound();
  co_return rendered.front()->json;
}

awaitable<std::string> ContentPages::Page(domain::Listing listing) {
  const std::size_t limit = listing.limit++;  // one more tells whether another page follows
  std::vector<Revision> revisions = co_await catalog_.List(listing);
  std::string next_cursor;
  if (revisions.size() > limit) {
    revisions.resize(limit);
    next_cursor = CursorOf(revisions.back().id);
  }
  co_return Join(co_await Rendered(revisions, listing), next_cursor);
}

awaitable<std::vector<RenderedContents::Entry>> ContentPages::Rendered(const std::vector<Revision>& revisions,
                                                                       const domain::Listing& listing) {
  std::vector<RenderedContents::Entry> contents;
  std::vector<domain::ContentId> missing;
  contents.reserve(revisions.size());
  const TimePoint now = Now();
  for (const Revision& revision : revisions) {
    contents.push_back(rendered_.Find(revision, now));
    if (!contents.back()) missing.push_back(revision.id);
  }
  if (missing.empty()) co_return contents;
  const std::vector<domain::RevisedContent> found = co_await catalog_.FindListed(std::move(missing), listing);
  const TimePoint until = links_.SameUntil();
  for (const auto& [revision, content] : found) {
    const auto place = std::ranges::find(revisions, revision.id, &Revision::id);
    if (place == revisions.end()) continue;
    auto& rendered = contents[static_cast<std::size_t>(place - revisions.begin())];
    rendered = std::make_shared<const RenderedContent>(
        RenderedContent{ToText(content, links_), content.owner.id, IsVisibleTo(content, std::nullopt)});
    rendered_.Keep(revision, rendered, until);
  }
  co_return contents;
}

}  // namespace descant::content::http
