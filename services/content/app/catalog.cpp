#include "services/content/app/catalog.h"

namespace descant::content::app {

awaitable<domain::Content> Catalog::Create(Viewer owner, domain::ContentDraft draft) {
  domain::Content content{.id = domain::ContentId::New(),
                          .owner = {owner.id, std::move(owner.name)},
                          .title = std::move(draft.title),
                          .description = std::move(draft.description),
                          .type = draft.type,
                          .visibility = draft.visibility};
  co_return co_await contents_.Add(std::move(content));
}

awaitable<domain::Content> Catalog::Get(domain::ContentId id, std::optional<domain::UserId> viewer) {
  domain::Content content = domain::Existing(co_await contents_.Find(id));
  if (!domain::IsVisibleTo(content, viewer)) throw domain::ContentNotFound();
  co_return content;
}

awaitable<domain::Content> Catalog::GetOwn(domain::ContentId id, domain::UserId owner) {
  domain::Content content = co_await Get(id, owner);
  if (content.owner.id != owner) {
    throw Error(ErrorKind::kPermissionDenied, "not_owner", "Only its owner may do this.");
  }
  co_return content;
}

awaitable<domain::Revision> Catalog::FindRevision(domain::ContentId id) {
  const auto revision = co_await contents_.FindRevision(id);
  if (!revision) throw domain::ContentNotFound();
  co_return *revision;
}

awaitable<std::vector<domain::Revision>> Catalog::List(domain::Listing listing) {
  co_return co_await contents_.List(std::move(listing));
}

awaitable<std::vector<domain::RevisedContent>> Catalog::FindListed(std::vector<domain::ContentId> ids,
                                                                   const domain::Listing& listing) {
  const bool only_published = listing.only_published;
  auto found = co_await contents_.FindAll(std::move(ids));
  if (only_published) std::erase_if(found, [](const auto& each) { return !IsPublished(each.content); });
  co_return found;
}

awaitable<domain::Content> Catalog::Change(domain::ContentId id, domain::UserId owner,
                                           domain::ContentPatch patch) {
  const domain::Content content = co_await GetOwn(id, owner);
  if (patch.type && domain::KindFor(*patch.type) != domain::KindFor(content.type)) {
    throw Error(ErrorKind::kUnprocessable, "validation_failed", "Some of what was sent is not acceptable.")
        .WithFields({{"type", "invalid",
                      "Music and podcasts may turn into each other, and videos into nothing else."}});
  }
  co_return domain::Existing(co_await contents_.Change(id, std::move(patch)));
}

awaitable<void> Catalog::Remove(domain::ContentId id, domain::UserId owner) {
  co_await GetOwn(id, owner);
  if (!co_await contents_.Remove(id)) throw domain::ContentNotFound();
}

}  // namespace descant::content::app
