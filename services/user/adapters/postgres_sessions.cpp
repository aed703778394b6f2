#include "services/user/adapters/postgres_sessions.h"

#include "services/user/adapters/user_row.h"

namespace descant::user::adapters {

// FOR SHARE: a change of the password waits for this, or this for it and then finds another version.
constexpr postgres::Query kStartSession{
    "start_session",
    "WITH account AS (SELECT id FROM users WHERE id = $2 AND password_version = $5 FOR SHARE), "
    "started AS (INSERT INTO sessions (id, user_id, created_at, last_used_at, expires_at, agent) "
    "SELECT $1::uuid, id, $3::timestamptz, $3::timestamptz, $4::timestamptz, $7::text FROM account RETURNING "
    "id) "
    "INSERT INTO refresh_tokens (hash, session_id, created_at) "
    "SELECT decode($6, 'hex'), id, $3::timestamptz FROM started"};

awaitable<bool> PostgresSessions::Start(Session session, std::int64_t password_version,
                                        RefreshTokenHash token) {
  const postgres::Rows started =
      co_await database_.Execute(kStartSession, session.id, session.user_id, session.created_at,
                                 session.expires_at, password_version, token.hex, session.agent);
  co_return started.affected() == 1;
}

constexpr postgres::Query kFindSessionUser{
    "find_session_user",
    "SELECT u.id, u.email, u.name, u.created_at FROM sessions s JOIN users u ON u.id = s.user_id "
    "WHERE s.id = $1 AND s.user_id = $2 AND s.ended_at IS NULL AND s.expires_at > $3"};

awaitable<std::optional<User>> PostgresSessions::FindUser(SessionId id, UserId user_id, TimePoint now) {
  const postgres::Rows rows = co_await database_.Execute(kFindSessionUser, id, user_id, now);
  if (rows.empty()) co_return std::nullopt;
  co_return UserFrom(rows.front());
}

// Of statements that race for one token, the first locks its session; the others wait, look at the token
// again, and find it used. Sessions are locked before their tokens everywhere, or deleting a user (which
// cascades) could deadlock.
constexpr postgres::Query kRotateToken{
    "rotate_token",
    "WITH alive AS (SELECT s.id FROM refresh_tokens t JOIN sessions s ON s.id = t.session_id "
    "WHERE t.hash = decode($1, 'hex') AND s.ended_at IS NULL AND s.expires_at > $3 FOR NO KEY UPDATE OF s), "
    "used AS (UPDATE refresh_tokens t SET used_at = $3 FROM alive "
    "WHERE t.hash = decode($1, 'hex') AND t.session_id = alive.id AND t.used_at IS NULL RETURNING "
    "t.session_id), "
    "renewed AS (UPDATE sessions s SET last_used_at = $3, expires_at = $4 FROM used "
    "WHERE s.id = used.session_id RETURNING s.id, s.user_id), "
    "next AS (INSERT INTO refresh_tokens (hash, session_id, created_at) "
    "SELECT decode($2, 'hex'), id, $3::timestamptz FROM renewed) "
    "SELECT renewed.id AS session_id, u.id, u.email, u.name, u.created_at "
    "FROM renewed JOIN users u ON u.id = renewed.user_id"};

awaitable<std::optional<Sessions::Renewed>> PostgresSessions::Rotate(RefreshTokenHash token,
                                                                     RefreshTokenHash next, TimePoint now,
                                                                     TimePoint expires_at) {
  const postgres::Rows rows = co_await database_.Execute(kRotateToken, token.hex, next.hex, now, expires_at);
  if (rows.empty()) co_return std::nullopt;
  co_return Renewed{.id = rows.front()["session_id"].As<SessionId>(), .user = UserFrom(rows.front())};
}

constexpr postgres::Query kEndIfReused{
    "end_if_reused",
    "WITH used AS (SELECT t.session_id, s.ended_at IS NULL AND t.used_at > $3 AS just_now "
    "FROM refresh_tokens t JOIN sessions s ON s.id = t.session_id "
    "WHERE t.hash = decode($1, 'hex') AND t.used_at IS NOT NULL), "
    "ended AS (UPDATE sessions s SET ended_at = $2 FROM used "
    "WHERE s.id = used.session_id AND NOT used.just_now AND s.ended_at IS NULL) "
    "SELECT just_now FROM used"};

awaitable<Sessions::Use> PostgresSessions::EndIfReused(RefreshTokenHash token, TimePoint now,
                                                       TimePoint just_now) {
  const postgres::Rows used = co_await database_.Execute(kEndIfReused, token.hex, now, just_now);
  if (used.empty()) co_return Use::kNever;
  co_return used.front()["just_now"].As<bool>() ? Use::kJustNow : Use::kEarlier;
}

constexpr postgres::Query kEndSession{"end_session",
                                      "UPDATE sessions SET ended_at = $2 WHERE id = $1 AND ended_at IS NULL"};

awaitable<void> PostgresSessions::End(SessionId id, TimePoint now) {
  co_await database_.Execute(kEndSession, id, now);
}

constexpr postgres::Query kEndSessionOf{"end_session_of",
                                        "UPDATE sessions SET ended_at = $3 WHERE id = $1 AND user_id = $2 "
                                        "AND ended_at IS NULL AND expires_at > $3"};

awaitable<bool> PostgresSessions::EndOf(SessionId id, UserId user_id, TimePoint now) {
  const postgres::Rows ended = co_await database_.Execute(kEndSessionOf, id, user_id, now);
  co_return ended.affected() == 1;
}

constexpr postgres::Query kListSessions{
    "list_sessions",
    "SELECT id, user_id, created_at, expires_at, agent, last_used_at FROM sessions "
    "WHERE user_id = $1 AND ended_at IS NULL AND expires_at > $2 ORDER BY last_used_at DESC, id DESC LIMIT "
    "100"};

awaitable<std::vector<LiveSession>> PostgresSessions::List(UserId user_id, TimePoint now) {
  const postgres::Rows rows = co_await database_.Execute(kListSessions, user_id, now);
  std::vector<LiveSession> live;
  for (const postgres::Row& row : rows) {
    live.push_back({.session = {.id = row["id"].As<SessionId>(),
                                .user_id = row["user_id"].As<UserId>(),
                                .created_at = row["created_at"].As<TimePoint>(),
                                .expires_at = row["expires_at"].As<TimePoint>(),
                                .agent = row["agent"].As<std::string>()},
                    .last_used_at = row["last_used_at"].As<TimePoint>()});
  }
  co_return live;
}

constexpr postgres::Query kEndSessionByToken{
    "end_session_by_token",
    "WITH token AS (SELECT session_id FROM refresh_tokens WHERE hash = decode($1, 'hex')), "
    "ended AS (UPDATE sessions s SET ended_at = $2 FROM token WHERE s.id = token.session_id AND s.ended_at "
    "IS NULL) "
    "SELECT session_id FROM token"};

awaitable<bool> PostgresSessions::EndByToken(RefreshTokenHash token, TimePoint now) {
  const postgres::Rows known = co_await database_.Execute(kEndSessionByToken, token.hex, now);
  co_return !known.empty();
}

constexpr postgres::Query kPurgeSessions{
    "purge_sessions",
    "DELETE FROM sessions WHERE id = ANY (ARRAY(SELECT id FROM sessions WHERE expires_at <= $1::timestamptz "
    "OR ended_at <= $1::timestamptz - interval '1 day' LIMIT $2::bigint FOR UPDATE SKIP LOCKED))"};

awaitable<std::size_t> PostgresSessions::Purge(TimePoint now, std::size_t limit) {
  const postgres::Rows purged = co_await database_.Execute(kPurgeSessions, now, limit);
  co_return purged.affected();
}

}  // namespace descant::user::adapters
