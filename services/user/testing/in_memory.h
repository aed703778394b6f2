// The repositories in memory, held to the same contract as PostgreSQL by adapters/repositories_under_test.h.
#pragma once

#include <deque>
#include <map>
#include <string>

#include "services/user/domain/change.h"
#include "services/user/domain/session.h"
#include "services/user/domain/user.h"

namespace descant::user::testing {

// What the three repositories share.
struct InMemoryTables {
  struct SessionRow {
    Session session;
    TimePoint last_used_at;
    std::optional<TimePoint> ended_at;
  };
  struct TokenRow {
    SessionId session_id;
    std::optional<TimePoint> used_at;
  };
  struct ChangeRow {
    Change change;
    TimePoint at;
  };

  std::map<UserId, Account> accounts;
  std::map<SessionId, SessionRow> sessions;
  std::map<std::string, TokenRow> tokens;
  std::deque<ChangeRow> changes;
  std::int64_t last_sequence = 0;

  void Note(UserId user_id, ChangeKind kind);
  bool IsAlive(SessionId id, TimePoint now) const;
  // Ends those that `which(session)` names and that have not ended; notes it once a user.
  template <class Which>
  void EndSessions(TimePoint now, Which which);
};

class InMemoryUsers final : public Users {
 public:
  explicit InMemoryUsers(InMemoryTables& tables) : tables_(tables) {}

  awaitable<void> Add(Account account) override;
  awaitable<std::optional<User>> Find(UserId id) override;
  awaitable<std::vector<User>> FindMany(std::vector<UserId> ids) override;
  awaitable<std::optional<Account>> FindAccount(UserId id) override;
  awaitable<std::optional<Account>> FindAccountByEmail(std::string email) override;
  awaitable<std::optional<User>> Update(UserId id, ProfileChange change) override;
  awaitable<bool> ChangePassword(UserId id, std::int64_t version, std::string hash, SessionId keep,
                                 TimePoint now) override;
  awaitable<void> Rehash(UserId id, std::string old_hash, std::string new_hash) override;
  awaitable<void> Remove(UserId id) override;

 private:
  const Account* ByEmail(const std::string& email) const;
  InMemoryTables& tables_;
};

class InMemorySessions final : public Sessions {
 public:
  explicit InMemorySessions(InMemoryTables& tables) : tables_(tables) {}

  awaitable<bool> Start(Session session, std::int64_t password_version, RefreshTokenHash token) override;
  awaitable<std::optional<User>> FindUser(SessionId id, UserId user_id, TimePoint now) override;
  awaitable<std::vector<LiveSession>> List(UserId user_id, TimePoint now) override;
  awaitable<std::optional<Renewed>> Rotate(RefreshTokenHash token, RefreshTokenHash next, TimePoint now,
                                           TimePoint expires_at) override;
  awaitable<Use> EndIfReused(RefreshTokenHash token, TimePoint now, TimePoint just_now) override;
  awaitable<void> End(SessionId id, TimePoint now) override;
  awaitable<bool> EndOf(SessionId id, UserId user_id, TimePoint now) override;
  awaitable<bool> EndByToken(RefreshTokenHash token, TimePoint now) override;
  awaitable<std::size_t> Purge(TimePoint now, std::size_t limit) override;

 private:
  InMemoryTables& tables_;
};

class InMemoryChanges final : public Changes {
 public:
  explicit InMemoryChanges(InMemoryTables& tables) : tables_(tables) {}

  awaitable<std::int64_t> Last() override;
  awaitable<std::vector<Change>> After(std::int64_t sequence, std::size_t limit) override;
  awaitable<std::size_t> Purge(TimePoint time, std::size_t limit) override;

 private:
  InMemoryTables& tables_;
};

}  // namespace descant::user::testing
