// What the repositories promise is held against PostgreSQL and against the fakes that other tests trust.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <gmock/gmock.h>

#include "platform/base/error.h"
#include "services/user/adapters/database_under_test.h"
#include "services/user/adapters/postgres_changes.h"
#include "services/user/adapters/postgres_sessions.h"
#include "services/user/adapters/postgres_users.h"
#include "services/user/testing/await.h"
#include "services/user/testing/in_memory.h"

namespace descant::user::adapters {

// One implementation of the three repositories, empty.
class Implementation {
 public:
  virtual ~Implementation() = default;
  virtual Users& users() = 0;
  virtual Sessions& sessions() = 0;
  virtual Changes& changes() = 0;
  virtual asio::io_context& context() = 0;
};

class InMemoryImplementation final : public Implementation {
 public:
  Users& users() override { return users_; }
  Sessions& sessions() override { return sessions_; }
  Changes& changes() override { return changes_; }
  asio::io_context& context() override { return context_; }

 private:
  asio::io_context context_;
  testing::InMemoryTables tables_;
  testing::InMemoryUsers users_{tables_};
  testing::InMemorySessions sessions_{tables_};
  testing::InMemoryChanges changes_{tables_};
};

class PostgresImplementation final : public Implementation {
 public:
  Users& users() override { return users_; }
  Sessions& sessions() override { return sessions_; }
  Changes& changes() override { return changes_; }
  asio::io_context& context() override { return context_; }

 private:
  asio::io_context context_;
  postgres::Database database_{context_.get_executor(), {.connection = MigratedDatabase()}};
  PostgresUsers users_{database_};
  PostgresSessions sessions_{database_};
  PostgresChanges changes_{database_};
};

struct Named {
  std::string name;
  std::function<std::unique_ptr<Implementation>()> make;
};

class RepositoriesTest : public ::testing::TestWithParam<Named> {
 protected:
  template <class T>
  T Await(awaitable<T> work) {
    return testing::Await(implementation->context(), std::move(work));
  }
  template <class T>
  std::string CodeOf(awaitable<T> work) {
    return testing::CodeOf(implementation->context(), std::move(work));
  }

  Account AddAccount(const std::string& email) {
    const Account account{.user = {.id = UserId::New(), .email = email, .name = "Ada", .created_at = now},
                          .password_hash = "hash"};
    Await(users.Add(account));
    return account;
  }
  SessionId Start(UserId user_id, const std::string& token) {
    const Session session{.id = SessionId::New(),
                          .user_id = user_id,
                          .created_at = now,
                          .expires_at = now + std::chrono::hours(1)};
    EXPECT_TRUE(Await(sessions.Start(session, 1, Token(token))));
    return session.id;
  }
  // Hashes as they really are: 64 hexadecimal digits.
  static RefreshTokenHash Token(const std::string& name) {
    std::string hex;
    for (const char c : name) {
      constexpr std::string_view kHex = "0123456789abcdef";
      hex += kHex[static_cast<unsigned char>(c) >> 4];
      hex += kHex[static_cast<unsigned char>(c) & 15];
    }
    return {hex + std::string(64 - hex.size(), '0')};
  }
  bool IsAlive(SessionId id, UserId user_id) {
    return Await(sessions.FindUser(id, user_id, now)).has_value();
  }
  std::optional<Sessions::Renewed> Rotate(const std::string& token, const std::string& next) {
    return Await(sessions.Rotate(Token(token), Token(next), now, now + std::chrono::hours(1)));
  }
  Sessions::Use EndIfReused(const std::string& token, TimePoint just_now) {
    return Await(sessions.EndIfReused(Token(token), now, just_now));
  }
  std::vector<std::pair<UserId, ChangeKind>> NotedChanges() {
    std::vector<std::pair<UserId, ChangeKind>> noted;
    for (const Change& change : Await(changes.After(0, 1000)))
      noted.emplace_back(change.user_id, change.kind);
    return noted;
  }

  std::unique_ptr<Implementation> implementation = GetParam().make();
  Users& users = implementation->users();
  Sessions& sessions = implementation->sessions();
  Changes& changes = implementation->changes();
  TimePoint now = *ParseRfc3339("2030-01-02T03:04:05.678901Z");
};

inline std::vector<Named> Implementations() {
  return {{"InMemory", [] { return std::make_unique<InMemoryImplementation>(); }},
          {"Postgres", [] { return std::make_unique<PostgresImplementation>(); }}};
}

}  // namespace descant::user::adapters
