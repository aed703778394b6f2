#include "services/user/testing/in_memory.h"

#include <algorithm>
#include <set>

#include "platform/base/error.h"

namespace descant::user::testing {

namespace {

std::string Lower(std::string text) {
  for (char& c : text) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return text;
}

[[noreturn]] void RefuseEmail() {
  throw Error(ErrorKind::kConflict, "email_taken", "There is an account with this e-mail address already.");
}

}  // namespace

void InMemoryTables::Note(UserId user_id, ChangeKind kind) {
  changes.push_back({{.sequence = ++last_sequence, .user_id = user_id, .kind = kind}, Now()});
}

bool InMemoryTables::IsAlive(SessionId id, TimePoint now) const {
  const auto found = sessions.find(id);
  return found != sessions.end() && !found->second.ended_at && found->second.session.expires_at > now;
}

template <class Which>
void InMemoryTables::EndSessions(TimePoint now, Which which) {
  std::set<UserId> ended;
  for (auto& [id, row] : sessions) {
    if (row.ended_at || !which(row.session)) continue;
    row.ended_at = now;
    ended.insert(row.session.user_id);
  }
  for (const UserId& user_id : ended) Note(user_id, ChangeKind::kSessions);
}

const Account* InMemoryUsers::ByEmail(const std::string& email) const {
  for (const auto& [id, account] : tables_.accounts) {
    if (Lower(account.user.email) == Lower(email)) return &account;
  }
  return nullptr;
}

awaitable<void> InMemoryUsers::Add(Account account) {
  if (ByEmail(account.user.email)) RefuseEmail();
  const UserId id = account.user.id;
  tables_.accounts.emplace(id, std::move(account));
  co_return;
}

awaitable<std::optional<User>> InMemoryUsers::Find(UserId id) {
  const auto found = tables_.accounts.find(id);
  if (found == tables_.accounts.end()) co_return std::nullopt;
  co_return found->second.user;
}

awaitable<std::vector<User>> InMemoryUsers::FindMany(std::vector<UserId> ids) {
  std::vector<User> users;
  for (const UserId& id : std::set<UserId>(ids.begin(), ids.end())) {
    const auto found = tables_.accounts.find(id);
    if (found != tables_.accounts.end()) users.push_back(found->second.user);
  }
  co_return users;
}

awaitable<std::optional<Account>> InMemoryUsers::FindAccount(UserId id) {
  const auto found = tables_.accounts.find(id);
  if (found == tables_.accounts.end()) co_return std::nullopt;
  co_return found->second;
}

awaitable<std::optional<Account>> InMemoryUsers::FindAccountByEmail(std::string email) {
  const Account* account = ByEmail(email);
  if (!account) co_return std::nullopt;
  co_return *account;
}

awaitable<std::optional<User>> InMemoryUsers::Update(UserId id, ProfileChange change) {
  const auto found = tables_.accounts.find(id);
  if (found == tables_.accounts.end()) co_return std::nullopt;
  const Account* same_email = change.email ? ByEmail(*change.email) : nullptr;
  if (same_email && same_email->user.id != id) RefuseEmail();
  User& user = found->second.user;
  const User before = user;
  if (change.email) user.email = *std::move(change.email);
  if (change.name) user.name = *std::move(change.name);
  if (user != before) tables_.Note(id, ChangeKind::kProfile);
  co_return user;
}

awaitable<bool> InMemoryUsers::ChangePassword(UserId id, std::int64_t version, std::string hash,
                                              SessionId keep, TimePoint now) {
  const auto found = tables_.accounts.find(id);
  if (found == tables_.accounts.end() || found->second.password_version != version) co_return false;
  found->second.password_hash = std::move(hash);
  ++found->second.password_version;
  tables_.EndSessions(now,
                      [&](const Session& session) { return session.user_id == id && session.id != keep; });
  co_return true;
}

awaitable<void> InMemoryUsers::Rehash(UserId id, std::string old_hash, std::string new_hash) {
  const auto found = tables_.accounts.find(id);
  if (found != tables_.accounts.end() && found->second.password_hash == old_hash) {
    found->second.password_hash = std::move(new_hash);
  }
  co_return;
}

awaitable<void> InMemoryUsers::Remove(UserId id) {
  if (tables_.accounts.erase(id) == 0) co_return;
  std::erase_if(tables_.sessions, [&](const auto& row) { return row.second.session.user_id == id; });
  std::erase_if(tables_.tokens,
                [&](const auto& row) { return !tables_.sessions.contains(row.second.session_id); });
  tables_.Note(id, ChangeKind::kDeleted);
}

awaitable<bool> InMemorySessions::Start(Session session, std::int64_t password_version,
                                        RefreshTokenHash token) {
  const auto account = tables_.accounts.find(session.user_id);
  if (account == tables_.accounts.end() || account->second.password_version != password_version)
    co_return false;
  tables_.sessions.emplace(
      session.id, InMemoryTables::SessionRow{.session = session, .last_used_at = session.created_at});
  tables_.tokens.emplace(token.hex, InMemoryTables::TokenRow{.session_id = session.id});
  co_return true;
}

awaitable<std::optional<User>> InMemorySessions::FindUser(SessionId id, UserId user_id, TimePoint now) {
  if (!tables_.IsAlive(id, now) || tables_.sessions.at(id).session.user_id != user_id) co_return std::nullopt;
  co_return tables_.accounts.at(user_id).user;
}

awaitable<std::optional<Sessions::Renewed>> InMemorySessions::Rotate(RefreshTokenHash token,
                                                                     RefreshTokenHash next, TimePoint now,
                                                                     TimePoint expires_at) {
  const auto found = tables_.tokens.find(token.hex);
  if (found == tables_.tokens.end() || found->second.used_at ||
      !tables_.IsAlive(found->second.session_id, now)) {
    co_return std::nullopt;
  }
  found->second.used_at = now;
  InMemoryTables::SessionRow& row = tables_.sessions.at(found->second.session_id);
  Session& session = row.session;
  session.expires_at = expires_at;
  row.last_used_at = now;
  tables_.tokens.emplace(next.hex, InMemoryTables::TokenRow{.session_id = session.id});
  co_return Renewed{.id = session.id, .user = tables_.accounts.at(session.user_id).user};
}

awaitable<Sessions::Use> InMemorySessions::EndIfReused(RefreshTokenHash token, TimePoint now,
                                                       TimePoint just_now) {
  const auto found = tables_.tokens.find(token.hex);
  if (found == tables_.tokens.end() || !found->second.used_at) co_return Use::kNever;
  const SessionId session = found->second.session_id;
  if (*found->second.used_at > just_now && tables_.IsAlive(session, now)) co_return Use::kJustNow;
  co_await End(session, now);
  co_return Use::kEarlier;
}

awaitable<void> InMemorySessions::End(SessionId id, TimePoint now) {
  tables_.EndSessions(now, [&](const Session& session) { return session.id == id; });
  co_return;
}

awaitable<bool> InMemorySessions::EndOf(SessionId id, UserId user_id, TimePoint now) {
  if (!tables_.IsAlive(id, now) || tables_.sessions.at(id).session.user_id != user_id) co_return false;
  co_await End(id, now);
  co_return true;
}

awaitable<std::vector<LiveSession>> InMemorySessions::List(UserId user_id, TimePoint now) {
  std::vector<LiveSession> live;
  for (const auto& [id, row] : tables_.sessions) {
    if (row.session.user_id == user_id && tables_.IsAlive(id, now))
      live.push_back({.session = row.session, .last_used_at = row.last_used_at});
  }
  std::ranges::sort(live, [](const LiveSession& a, const LiveSession& b) {
    return std::pair(a.last_used_at, a.session.id) > std::pair(b.last_used_at, b.session.id);
  });
  if (live.size() > 100) live.resize(100);
  co_return live;
}

awaitable<bool> InMemorySessions::EndByToken(RefreshTokenHash token, TimePoint now) {
  const auto found = tables_.tokens.find(token.hex);
  if (found == tables_.tokens.end()) co_return false;
  co_await End(found->second.session_id, now);
  co_return true;
}

awaitable<std::size_t> InMemorySessions::Purge(TimePoint now, std::size_t limit) {
  std::size_t purged = 0;
  std::erase_if(tables_.sessions, [&](const auto& entry) {
    const InMemoryTables::SessionRow& row = entry.second;
    const bool over =
        row.session.expires_at <= now || (row.ended_at && *row.ended_at <= now - std::chrono::days(1));
    if (!over || purged == limit) return false;
    ++purged;
    return true;
  });
  std::erase_if(tables_.tokens,
                [&](const auto& row) { return !tables_.sessions.contains(row.second.session_id); });
  co_return purged;
}

awaitable<std::int64_t> InMemoryChanges::Last() { co_return tables_.last_sequence; }

awaitable<std::vector<Change>> InMemoryChanges::After(std::int64_t sequence, std::size_t limit) {
  std::vector<Change> changes;
  for (const auto& row : tables_.changes) {
    if (row.change.sequence > sequence && changes.size() < limit) changes.push_back(row.change);
  }
  co_return changes;
}

awaitable<std::size_t> InMemoryChanges::Purge(TimePoint time, std::size_t limit) {
  std::size_t purged = 0;
  while (purged < limit && tables_.changes.size() > 1 && tables_.changes.front().at < time) {
    tables_.changes.pop_front();
    ++purged;
  }
  co_return purged;
}

}  // namespace descant::user::testing
