#pragma once

#include "platform/postgres/database.h"
#include "services/user/domain/session.h"

namespace descant::user::adapters {

class PostgresSessions final : public Sessions {
 public:
  explicit PostgresSessions(postgres::Database& database) : database_(database) {}

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
  postgres::Database& database_;
};

}  // namespace descant::user::adapters
