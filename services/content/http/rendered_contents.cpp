#include "services/content/http/rendered_contents.h"

#include <utility>

namespace descant::content::http {

namespace {

constexpr std::size_t kOverhead = 192;  // of an entry: its node, its share of the table, the text's own frame

std::size_t SizeOf(const RenderedContent& content) { return content.json.capacity() + kOverhead; }

}  // namespace

RenderedContents::Entry RenderedContents::Find(const domain::Revision& revision, TimePoint now) {
  if (const auto found = young_.entries.find(revision); found != young_.entries.end()) {
    return now < found->second.until ? found->second.content : nullptr;
  }
  const auto found = old_.entries.find(revision);
  if (found == old_.entries.end() || now >= found->second.until) return nullptr;
  const Kept kept = std::move(found->second);
  old_.bytes -= SizeOf(*kept.content);
  old_.entries.erase(found);
  Keep(revision, kept.content, kept.until);
  return kept.content;
}

void RenderedContents::Keep(const domain::Revision& revision, Entry content, TimePoint until) {
  const std::size_t size = SizeOf(*content);
  if (size > half_) return;
  if (young_.bytes + size > half_) old_ = std::exchange(young_, {});
  const auto [place, added] = young_.entries.try_emplace(revision);
  if (!added) young_.bytes -= SizeOf(*place->second.content);
  young_.bytes += size;
  place->second = {std::move(content), until};
}

}  // namespace descant::content::http
