#include "services/content/adapters/postgres_contents.h"

#include "platform/base/error.h"
#include "services/content/adapters/content_row.h"

namespace descant::content::adapters {

namespace {

using domain::Content;
using domain::ContentId;
using postgres::Query;

std::vector<Content> ContentsFrom(const postgres::Rows& rows) {
  std::vector<Content> contents;
  contents.reserve(rows.size());
  for (const postgres::Row row : rows) contents.push_back(ContentFrom(row));
  return contents;
}

std::optional<Content> FirstOf(const postgres::Rows& rows) {
  return rows.empty() ? std::nullopt : std::optional(ContentFrom(rows.front()));
}

// So that what a user types is searched for as it is.
std::string EscapeLike(const std::string& text) {
  std::string escaped;
  for (const char c : text) {
    if (c == '%' || c == '_' || c == '\\') escaped += '\\';
    escaped += c;
  }
  return escaped;
}

template <class Enum>
std::optional<std::string> WordOf(const std::vector<std::string_view>& words, const std::optional<Enum>& value) {
  return value ? std::optional(std::string(domain::Word(words, *value))) : std::nullopt;
}

}  // namespace

constexpr Query kAddContent{"add_content",
                            "WITH o AS (INSERT INTO owners (id, name) VALUES ($2, $3)"
                            "  ON CONFLICT (id) DO UPDATE SET name = excluded.name RETURNING id, name),"
                            " c AS (INSERT INTO contents (id, owner_id, title, description, type, visibility)"
                            "  SELECT $1, o.id, $4, $5, $6, $7 FROM o RETURNING *)"
                            " SELECT " DESCANT_CONTENT_COLUMNS " FROM c JOIN o ON o.id = c.owner_id"};

awaitable<Content> PostgresContents::Add(Content content) {
  const postgres::Rows rows = co_await database_.Execute(
      kAddContent, content.id, content.owner.id, content.owner.name, content.title, content.description,
      domain::Word(domain::kContentTypes, content.type), domain::Word(domain::kVisibilities, content.visibility));
  co_return ContentFrom(rows.front());
}

constexpr Query kFindContent{"find_content", "SELECT " DESCANT_CONTENT_COLUMNS
                                             " FROM contents c JOIN owners o ON o.id = c.owner_id WHERE c.id = $1"};

awaitable<std::optional<Content>> PostgresContents::Find(ContentId id) {
  co_return FirstOf(co_await database_.Execute(kFindContent, id));
}

constexpr Query kListPublished{"list_published",
                               "SELECT " DESCANT_CONTENT_COLUMNS
                               " FROM contents c JOIN owners o ON o.id = c.owner_id"
                               " WHERE c.visibility = 'public' AND c.media_key IS NOT NULL"
                               " AND ($1::uuid IS NULL OR c.id < $1)"
                               " ORDER BY c.id DESC LIMIT $2"};

constexpr Query kListFiltered{"list_filtered",
                              "SELECT " DESCANT_CONTENT_COLUMNS
                              " FROM contents c JOIN owners o ON o.id = c.owner_id"
                              " WHERE (NOT $3 OR c.visibility = 'public' AND c.media_key IS NOT NULL)"
                              " AND ($1::uuid IS NULL OR c.id < $1)"
                              " AND ($4::uuid IS NULL OR c.owner_id = $4)"
                              " AND ($5::text IS NULL OR c.type = $5)"
                              " AND ($6::text IS NULL OR c.state = $6)"
                              " AND ($7::text IS NULL OR (c.title || ' ' || c.description) ILIKE '%' || $7 || '%')"
                              " ORDER BY c.id DESC LIMIT $2"};

awaitable<std::vector<Content>> PostgresContents::List(domain::Listing listing) {
  const bool filtered = listing.owner || listing.type || listing.state || listing.text || !listing.only_published;
  if (!filtered) {
    co_return ContentsFrom(co_await database_.Execute(kListPublished, listing.before, listing.limit));
  }
  if (listing.text) listing.text = EscapeLike(*listing.text);
  co_return ContentsFrom(co_await database_.Execute(
      kListFiltered, listing.before, listing.limit, listing.only_published, listing.owner,
      WordOf(domain::kContentTypes, listing.type), WordOf(domain::kStates, listing.state), listing.text));
}

constexpr Query kChangeContent{"change_content",
                               "WITH c AS (UPDATE contents SET title = coalesce($2, title),"
                               "  description = coalesce($3, description), visibility = coalesce($4, visibility),"
                               "  type = coalesce($5, type), modified_at = now() WHERE id = $1 RETURNING *)"
                               " SELECT " DESCANT_CONTENT_COLUMNS " FROM c JOIN owners o ON o.id = c.owner_id"};

awaitable<std::optional<Content>> PostgresContents::Change(ContentId id, domain::ContentPatch patch) {
  co_return FirstOf(co_await database_.Execute(kChangeContent, id, patch.title, patch.description,
                                               WordOf(domain::kVisibilities, patch.visibility),
                                               WordOf(domain::kContentTypes, patch.type)));
}

constexpr Query kSetCover{"set_cover",
                          "WITH c AS (UPDATE contents SET cover_key = $2, modified_at = now()"
                          "  WHERE id = $1 RETURNING *)"
                          " SELECT " DESCANT_CONTENT_COLUMNS " FROM c JOIN owners o ON o.id = c.owner_id"};

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

constexpr Query kRenameOwner{"rename_owner", "UPDATE owners SET name = $2 WHERE id = $1 AND name <> $2"};

awaitable<void> PostgresContents::RenameOwner(domain::Owner owner) {
  co_await database_.Execute(kRenameOwner, owner.id, owner.name);
}

constexpr Query kRemoveContentsOfOwner{"remove_contents_of_owner",
                                       "WITH gone AS (DELETE FROM contents WHERE owner_id = $1 RETURNING id)"
                                       " INSERT INTO leftovers (content_id, due_at)"
                                       " SELECT gone.id, now() + delay FROM gone,"
                                       "  unnest(ARRAY[interval '0', make_interval(secs => $2)]) AS delay"};
constexpr Query kRemoveOwner{"remove_owner", "DELETE FROM owners WHERE id = $1"};

awaitable<void> PostgresContents::RemoveOwner(domain::UserId owner) {
  const std::int64_t delay = removal_delay_.count();
  co_await database_.Transact([owner, delay](postgres::Transaction& transaction) -> awaitable<void> {
    co_await transaction.Execute(kRemoveContentsOfOwner, owner, delay);
    co_await transaction.Execute(kRemoveOwner, owner);
  });
}

constexpr Query kNoteUpload{"note_upload",
                            "INSERT INTO leftovers (content_id, due_at) VALUES ($1, now() + interval '25 hours')"};

awaitable<void> PostgresContents::NoteUpload(ContentId id) { co_await database_.Execute(kNoteUpload, id); }

}  // namespace descant::content::adapters
