// What can be done with an account once it exists.
#pragma once

#include <string>
#include <vector>

#include "services/user/app/authentication.h"
#include "services/user/app/clock.h"
#include "services/user/app/password_hasher.h"
#include "services/user/domain/user.h"

namespace descant::user::app {

// For one core. Everything given to it has to outlive it.
class Accounts {
 public:
  Accounts(Users& users, PasswordHasher& hasher, Clock clock);

  // Throws Error kNotFound `user_not_found`.
  awaitable<User> Find(UserId id);
  // Those that there are, in no particular order.
  awaitable<std::vector<User>> FindMany(std::vector<UserId> ids);

  // Throws Error kConflict `email_taken`, kNotFound `user_not_found`.
  awaitable<User> UpdateProfile(UserId id, ProfileChange change);

  // Ends all of the user's sessions but the caller's. Throws Error kUnauthenticated `invalid_credentials`.
  awaitable<void> ChangePassword(Caller caller, std::string current_password, std::string new_password);

  // Deletes the user and everything kept of them here. Throws Error kUnauthenticated `invalid_credentials`.
  awaitable<void> Remove(UserId id, std::string password);

 private:
  awaitable<Account> Prove(UserId id, std::string password);

  Users& users_;
  PasswordHasher& hasher_;
  Clock clock_;
};

}  // namespace descant::user::app
