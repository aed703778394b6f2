#include "services/user/adapters/postgres_users.h"

#include "services/user/adapters/user_row.h"

namespace descant::user::adapters {

namespace {

Account AccountFrom(const postgres::Row& row) {
  return {.user = UserFrom(row),
          .password_hash = row["password_hash"].As<std::string>(),
          .password_version = row["password_version"].As<std::int64_t>()};
}

[[noreturn]] void Translate(const postgres::ConstraintViolation& violation) {
  if (violation.constraint() != "users_email_unique") throw violation;
  throw Error(ErrorKind::kConflict, "email_taken", "There is an account with this e-mail address already.");
}

}  // namespace

constexpr postgres::Query kAddUser{"add_user",
                                   "INSERT INTO users (id, email, name, password_hash, password_version, "
                                   "created_at) VALUES ($1, $2, $3, $4, $5, $6)"};

awaitable<void> PostgresUsers::Add(Account account) {
  const User& user = account.user;
  try {
    co_await database_.Execute(kAddUser, user.id, user.email, user.name, account.password_hash,
                               account.password_version, user.created_at);
  } catch (const postgres::ConstraintViolation& violation) {
    Translate(violation);
  }
}

constexpr postgres::Query kFindUser{"find_user",
                                    "SELECT id, email, name, created_at FROM users WHERE id = $1"};

awaitable<std::optional<User>> PostgresUsers::Find(UserId id) {
  const postgres::Rows rows = co_await database_.Execute(kFindUser, id);
  if (rows.empty()) co_return std::nullopt;
  co_return UserFrom(rows.front());
}

constexpr postgres::Query kFindUsers{
    "find_users", "SELECT id, email, name, created_at FROM users WHERE id = ANY($1::uuid[])"};

awaitable<std::vector<User>> PostgresUsers::FindMany(std::vector<UserId> ids) {
  const postgres::Rows rows = co_await database_.Execute(kFindUsers, ids);
  std::vector<User> users;
  for (const postgres::Row row : rows) users.push_back(UserFrom(row));
  co_return users;
}

constexpr postgres::Query kFindAccount{
    "find_account",
    "SELECT id, email, name, created_at, password_hash, password_version FROM users WHERE id = $1"};

awaitable<std::optional<Account>> PostgresUsers::FindAccount(UserId id) {
  const postgres::Rows rows = co_await database_.Execute(kFindAccount, id);
  if (rows.empty()) co_return std::nullopt;
  co_return AccountFrom(rows.front());
}

constexpr postgres::Query kFindAccountByEmail{"find_account_by_email",
                                              "SELECT id, email, name, created_at, password_hash, "
                                              "password_version FROM users WHERE lower(email) = lower($1)"};

awaitable<std::optional<Account>> PostgresUsers::FindAccountByEmail(std::string email) {
  const postgres::Rows rows = co_await database_.Execute(kFindAccountByEmail, email);
  if (rows.empty()) co_return std::nullopt;
  co_return AccountFrom(rows.front());
}

constexpr postgres::Query kUpdateUser{
    "update_user",
    "UPDATE users SET email = coalesce($2, email), name = coalesce($3, name) WHERE id = $1 "
    "RETURNING id, email, name, created_at"};

awaitable<std::optional<User>> PostgresUsers::Update(UserId id, ProfileChange change) {
  try {
    const postgres::Rows rows = co_await database_.Execute(kUpdateUser, id, change.email, change.name);
    if (rows.empty()) co_return std::nullopt;
    co_return UserFrom(rows.front());
  } catch (const postgres::ConstraintViolation& violation) {
    Translate(violation);
  }
}

constexpr postgres::Query kChangePassword{
    "change_password",
    "UPDATE users SET password_hash = $3, password_version = password_version + 1 "
    "WHERE id = $1 AND password_version = $2"};
constexpr postgres::Query kEndOtherSessions{
    "end_other_sessions",
    "UPDATE sessions SET ended_at = $3 WHERE user_id = $1 AND id <> $2 AND ended_at IS NULL"};

// Two statements, so that the second one sees the sessions of logins that the first one has waited for: they
// hold the user's row while they start a session.
awaitable<bool> PostgresUsers::ChangePassword(UserId id, std::int64_t version, std::string hash,
                                              SessionId keep, TimePoint now) {
  auto work = [&](postgres::Transaction& transaction) -> awaitable<bool> {
    const postgres::Rows changed = co_await transaction.Execute(kChangePassword, id, version, hash);
    if (changed.affected() == 0) co_return false;
    co_await transaction.Execute(kEndOtherSessions, id, keep, now);
    co_return true;
  };
  co_return co_await database_.Transact(work);
}

constexpr postgres::Query kRehash{"rehash",
                                  "UPDATE users SET password_hash = $3 WHERE id = $1 AND password_hash = $2"};

awaitable<void> PostgresUsers::Rehash(UserId id, std::string old_hash, std::string new_hash) {
  co_await database_.Execute(kRehash, id, old_hash, new_hash);
}

constexpr postgres::Query kRemoveUser{"remove_user", "DELETE FROM users WHERE id = $1"};

awaitable<void> PostgresUsers::Remove(UserId id) { co_await database_.Execute(kRemoveUser, id); }

}  // namespace descant::user::adapters
