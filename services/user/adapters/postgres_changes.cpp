#include "services/user/adapters/postgres_changes.h"

#include "platform/base/error.h"

namespace descant::user::adapters {

namespace {

ChangeKind KindFrom(const std::string& word) {
  if (word == "profile") return ChangeKind::kProfile;
  if (word == "sessions") return ChangeKind::kSessions;
  if (word == "deleted") return ChangeKind::kDeleted;
  throw Error(ErrorKind::kInternal, "internal", "user_changes holds an unknown kind: " + word);
}

}  // namespace

constexpr postgres::Query kLastChange{"last_change", "SELECT coalesce(max(sequence), 0) FROM user_changes"};

awaitable<std::int64_t> PostgresChanges::Last() {
  const postgres::Rows rows = co_await database_.Execute(kLastChange);
  co_return rows.front()[0].As<std::int64_t>();
}

constexpr postgres::Query kChangesAfter{
    "changes_after",
    "SELECT sequence, user_id, kind FROM user_changes WHERE sequence > $1 ORDER BY sequence LIMIT $2"};

awaitable<std::vector<Change>> PostgresChanges::After(std::int64_t sequence, std::size_t limit) {
  const postgres::Rows rows = co_await database_.Execute(kChangesAfter, sequence, limit);
  std::vector<Change> changes;
  for (const postgres::Row row : rows) {
    changes.push_back({.sequence = row["sequence"].As<std::int64_t>(),
                       .user_id = row["user_id"].As<UserId>(),
                       .kind = KindFrom(row["kind"].As<std::string>())});
  }
  co_return changes;
}

// The last one stays, so that Last never falls.
constexpr postgres::Query kPurgeChanges{
    "purge_changes",
    "DELETE FROM user_changes WHERE sequence = ANY (ARRAY(SELECT sequence FROM user_changes WHERE at < $1 "
    "AND sequence < (SELECT max(sequence) FROM user_changes) ORDER BY sequence LIMIT $2::bigint))"};

awaitable<std::size_t> PostgresChanges::Purge(TimePoint time, std::size_t limit) {
  const postgres::Rows purged = co_await database_.Execute(kPurgeChanges, time, limit);
  co_return purged.affected();
}

}  // namespace descant::user::adapters
