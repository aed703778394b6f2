// Who has an account here.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "platform/base/time.h"
#include "platform/base/uuid.h"
#include "platform/runtime/awaitable.h"

namespace descant::user {

using UserId = Id<struct UserTag>;
using SessionId = Id<struct SessionTag>;

struct User {
  UserId id;
  std::string email;  // as typed; compared without regard to case
  std::string name;
  TimePoint created_at;
  bool operator==(const User&) const = default;
};

// A user and how they prove to be it.
struct Account {
  User user;
  std::string password_hash;          // PHC string
  std::int64_t password_version = 1;  // grows with each change of the password
};

// What is unset stays.
struct ProfileChange {
  std::optional<std::string> email;
  std::optional<std::string> name;
};

// The accounts. Whatever makes memories of a user stale is noted in Changes, in the same transaction.
class Users {
 public:
  virtual ~Users() = default;

  // Throws Error kConflict `email_taken`.
  virtual awaitable<void> Add(Account account) = 0;

  virtual awaitable<std::optional<User>> Find(UserId id) = 0;
  virtual awaitable<std::vector<User>> FindMany(std::vector<UserId> ids) = 0;  // in no particular order
  virtual awaitable<std::optional<Account>> FindAccount(UserId id) = 0;
  virtual awaitable<std::optional<Account>> FindAccountByEmail(std::string email) = 0;

  // The user as they are now; nothing when there is none. Throws Error kConflict `email_taken`.
  virtual awaitable<std::optional<User>> Update(UserId id, ProfileChange change) = 0;

  // A new password instead of that of `version`; ends every session but `keep`. False, and nothing done, when
  // the version is another by now.
  virtual awaitable<bool> ChangePassword(UserId id, std::int64_t version, std::string hash, SessionId keep,
                                         TimePoint now) = 0;

  // The same password, hashed anew; nothing happens when the hash is not `old_hash` any more.
  virtual awaitable<void> Rehash(UserId id, std::string old_hash, std::string new_hash) = 0;

  // With their sessions. Nothing happens when there is no such user.
  virtual awaitable<void> Remove(UserId id) = 0;
};

}  // namespace descant::user
