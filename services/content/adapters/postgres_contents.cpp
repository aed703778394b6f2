#include "services/content/adapters/postgres_contents.h"

#include "platform/base/error.h"
#include "services/content/adapters/content_row.h"
#include "services/content/adapters/list_query.h"

namespace descant::content::adapters {

namespace {

using domain::Content;
using domain::ContentId;
using postgres::Query;

std::optional<Content> FirstOf(const postgres::Rows& rows) {
  return rows.empty() ? std::nullopt : std::optional(ContentFrom(rows.front()));
}

std::uint32_t RevisionOf(const auto& value) {
  return static_cast<std::uint32_t>(value.template As<std::int64_t>());
}

}  // namespace

// The name that an owner has already is left to RenameOwner: what comes here may be of earlier.
constexpr Query kAddContent{
    "add_content",
    "WITH o AS (INSERT INTO owners (id, name) VALUES ($2, $3)"
    "  ON CONFLICT (id) DO UPDATE SET name = owners.name RETURNING id, name)"
    " INSERT INTO contents AS c (id, owner_id, owner_name, title, description, type, visibility)"
    " SELECT $1, o.id, o.name, $4, $5, $6, $7 FROM o RETURNING " DESCANT_CONTENT_COLUMNS};

awaitable<Content> PostgresContents::Add(Content content) {
  const postgres::Rows rows =
      co_await database_.Execute(kAddContent, content.id, content.owner.id, content.owner.name, content.title,
                                 content.description, domain::Word(domain::kContentTypes, content.type),
                                 domain::Word(domain::kVisibilities, content.visibility));
  co_return ContentFrom(rows.front());
}

constexpr Query kFindContent{"find_content",
                             "SELECT " DESCANT_CONTENT_COLUMNS " FROM contents c WHERE c.id = $1"};

awaitable<std::optional<Content>> PostgresContents::Find(ContentId id) {
  co_return FirstOf(co_await database_.Execute(kFindContent, id));
}

constexpr Query kFindRevision{"find_revision", "SELECT xmin FROM contents WHERE id = $1",
                              postgres::Format::kBinary};

awaitable<std::optional<domain::Revision>> PostgresContents::FindRevision(ContentId id) {
  const postgres::Rows rows = co_await database_.Execute(kFindRevision, id);
  if (rows.empty()) co_return std::nullopt;
  co_return domain::Revision{id, RevisionOf(rows.front()[0])};
}

awaitable<std::vector<domain::Revision>> PostgresContents::List(domain::Listing listing) {
  ListQuery list = ListQueryFor(listing);
  const postgres::Rows rows = co_await database_.ExecuteBound(list.query, std::move(list.parameters));
  std::vector<domain::Revision> revisions;
  revisions.reserve(rows.size());
  for (const postgres::Row row : rows) {
    revisions.push_back({row[0].As<ContentId>(), RevisionOf(row[1])});
  }
  co_return revisions;
}

constexpr Query kFindContents{"find_contents", "SELECT c.xmin AS revision, " DESCANT_CONTENT_COLUMNS
                                               " FROM contents c WHERE c.id = ANY ($1)"};

awaitable<std::vector<domain::RevisedContent>> PostgresContents::FindAll(std::vector<ContentId> ids) {
  const postgres::Rows rows = co_await database_.Execute(kFindContents, ids);
  std::vector<domain::RevisedContent> contents;
  contents.reserve(rows.size());
  for (const postgres::Row row : rows) {
    Content content = ContentFrom(row);
    const domain::Revision revision{content.id, RevisionOf(row["revision"])};
    contents.push_back({revision, std::move(content)});
  }
  co_return contents;
}

constexpr Query kChangeContent{
    "change_content",
    "UPDATE contents c SET title = coalesce($2, title),"
    " description = coalesce($3, description), visibility = coalesce($4, visibility),"
    " type = coalesce($5, type), modified_at = now() WHERE id = $1"
    " RETURNING " DESCANT_CONTENT_COLUMNS};

awaitable<std::optional<Content>> PostgresContents::Change(ContentId id, domain::ContentPatch patch) {
  co_return FirstOf(co_await database_.Execute(kChangeContent, id, patch.title, patch.description,
                                               WordOf(domain::kVisibilities, patch.visibility),
                                               WordOf(domain::kContentTypes, patch.type)));
}

constexpr Query kSetCover{"set_cover",
                          "UPDATE contents c SET cover_key = $2, modified_at = now() WHERE id = $1"
                          " RETURNING " DESCANT_CONTENT_COLUMNS};

awaitable<std::optional<Content>> PostgresContents::SetCover(ContentId id, std::optional<std::string> key) {
  co_return FirstOf(co_await database_.Execute(kSetCover, id, key));
}

// Twice: now, and once more when every attempt that may still be writing has noticed.
constexpr Query kRemoveContent{"remove_content",
                               "WITH gone AS (DELETE FROM contents WHERE id = $1 RETURNING id)"
                               " INSERT INTO leftovers (content_id, due_at)"
                               " SELECT gone.id, now() + delay FROM gone,"
                               "  unnest(ARRAY[interval '0', make_interval(secs => $2)]) AS delay"};

awaitable<bool> PostgresContents::Remove(ContentId id) {
  const postgres::Rows rows = co_await database_.Execute(kRemoveContent, id, removal_delay_.count());
  co_return rows.affected() > 0;
}

// An owner may have any number of contents, and a statement has a limited time: so they are changed in steps,
// each of which goes on where the last one ended. All lock in the same order.
constexpr std::int64_t kStep = 1000;

constexpr Query kRenameOwner{"rename_owner", "UPDATE owners SET name = $2 WHERE id = $1 AND name <> $2"};
constexpr Query kRenameOwnerOfContents{"rename_owner_of_contents",
                                       "UPDATE contents SET owner_name = $2 WHERE id IN"
                                       " (SELECT id FROM contents WHERE owner_id = $1 AND owner_name <> $2"
                                       "  ORDER BY id LIMIT $3 FOR NO KEY UPDATE)"};

awaitable<void> PostgresContents::RenameOwner(domain::Owner owner) {
  co_await database_.Execute(kRenameOwner, owner.id, owner.name);
  std::size_t changed = 0;
  do {
    changed = (co_await database_.Execute(kRenameOwnerOfContents, owner.id, owner.name, kStep)).affected();
  } while (changed > 0);
}

constexpr Query kRemoveContentsOfOwner{"remove_contents_of_owner",
                                       "WITH gone AS (DELETE FROM contents WHERE id IN"
                                       "  (SELECT id FROM contents WHERE owner_id = $1"
                                       "   ORDER BY id LIMIT $3 FOR UPDATE) RETURNING id)"
                                       " INSERT INTO leftovers (content_id, due_at)"
                                       " SELECT gone.id, now() + delay FROM gone,"
                                       "  unnest(ARRAY[interval '0', make_interval(secs => $2)]) AS delay"};
constexpr Query kRemoveOwner{"remove_owner", "DELETE FROM owners WHERE id = $1"};

awaitable<void> PostgresContents::RemoveOwner(domain::UserId owner) {
  std::size_t left_over = 0;
  do {
    const postgres::Rows rows =
        co_await database_.Execute(kRemoveContentsOfOwner, owner, removal_delay_.count(), kStep);
    left_over = rows.affected();
  } while (left_over > 0);
  co_await database_.Execute(kRemoveOwner, owner);
}

constexpr Query kNoteUpload{
    "note_upload", "INSERT INTO leftovers (content_id, due_at) VALUES ($1, now() + interval '25 hours')"};

awaitable<void> PostgresContents::NoteUpload(ContentId id) { co_await database_.Execute(kNoteUpload, id); }

}  // namespace descant::content::adapters
