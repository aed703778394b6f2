#pragma once

#include "platform/postgres/database.h"
#include "services/user/domain/user.h"

namespace descant::user::adapters {

class PostgresUsers final : public Users {
 public:
  explicit PostgresUsers(postgres::Database& database) : database_(database) {}

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
  postgres::Database& database_;
};

}  // namespace descant::user::adapters
