#include "services/content/http/content_pages.h"

#include <algorithm>

#include "services/content/http/content_json.h"

namespace descant::content::http {

namespace {

using domain::Revision;

constexpr std::size_t kCapacity = 4 * 1024 * 1024;

std::string Join(const std::vector<RenderedContents::Text>& texts, const std::string& next_cursor) {
  std::size_t size = 64 + next_cursor.size();
  for (const auto& text : texts) size += text ? text->size() + 1 : 0;
  std::string page;
  page.reserve(size);
  page += R"({"items":[)";
  bool first = true;
  for (const auto& text : texts) {
    if (!text) continue;
    if (!std::exchange(first, false)) page += ',';
    page += *text;
  }
  page += R"(],"next_cursor":)";
  page += next_cursor.empty() ? "null" : '"' + next_cursor + '"';
  return page += '}';
}

}  // namespace

ContentPages::ContentPages(app::Catalog& catalog, const app::MediaLinks& links)
    : catalog_(catalog), links_(links), rendered_(kCapacity) {}

awaitable<std::string> ContentPages::Page(domain::Listing listing) {
  const std::size_t limit = listing.limit++;  // one more tells whether another page follows
  std::vector<Revision> revisions = co_await catalog_.List(listing);
  std::string next_cursor;
  if (revisions.size() > limit) {
    revisions.resize(limit);
    next_cursor = CursorOf(revisions.back().id);
  }
  const std::vector<RenderedContents::Text> texts = co_await Texts(revisions, listing);
  co_return Join(texts, next_cursor);
}

awaitable<std::vector<RenderedContents::Text>> ContentPages::Texts(const std::vector<Revision>& revisions,
                                                                   const domain::Listing& listing) {
  std::vector<RenderedContents::Text> texts;
  std::vector<domain::ContentId> missing;
  texts.reserve(revisions.size());
  const TimePoint now = Now();
  for (const Revision& revision : revisions) {
    texts.push_back(rendered_.Find(revision, now));
    if (!texts.back()) missing.push_back(revision.id);
  }
  if (missing.empty()) co_return texts;
  const std::vector<domain::RevisedContent> found = co_await catalog_.FindListed(std::move(missing), listing);
  const TimePoint until = links_.SameUntil();
  for (const auto& [revision, content] : found) {
    const auto place = std::ranges::find(revisions, revision.id, &Revision::id);
    if (place == revisions.end()) continue;
    auto& text = texts[static_cast<std::size_t>(place - revisions.begin())];
    text = std::make_shared<const std::string>(ToText(content, links_));
    rendered_.Keep(revision, text, until);
  }
  co_return texts;
}

}  // namespace descant::content::http
