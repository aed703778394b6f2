#include "services/user/app/accounts.h"

#include "services/user/app/refusals.h"

namespace descant::user::app {

Accounts::Accounts(Users& users, PasswordHasher& hasher, Clock clock)
    : users_(users), hasher_(hasher), clock_(std::move(clock)) {}

awaitable<User> Accounts::Find(UserId id) {
  std::optional<User> user = co_await users_.Find(id);
  if (!user) throw UserNotFound();
  co_return std::move(*user);
}

awaitable<std::vector<User>> Accounts::FindMany(std::vector<UserId> ids) {
  if (ids.empty()) co_return std::vector<User>();
  co_return co_await users_.FindMany(std::move(ids));
}

awaitable<User> Accounts::UpdateProfile(UserId id, ProfileChange change) {
  std::optional<User> user = co_await users_.Update(id, std::move(change));
  if (!user) throw UserNotFound();
  co_return std::move(*user);
}

awaitable<void> Accounts::ChangePassword(Caller caller, std::string current_password,
                                         std::string new_password) {
  const Account account = co_await Prove(caller.user.id, std::move(current_password));
  std::string hash = co_await hasher_.Hash(std::move(new_password));
  const bool changed = co_await users_.ChangePassword(account.user.id, account.password_version,
                                                      std::move(hash), caller.session_id, clock_());
  // Someone else was faster: what was the current password is not any more.
  if (!changed) throw WrongPassword();
}

awaitable<void> Accounts::Remove(UserId id, std::string password) {
  co_await Prove(id, std::move(password));
  co_await users_.Remove(id);
}

awaitable<Account> Accounts::Prove(UserId id, std::string password) {
  std::optional<Account> account = co_await users_.FindAccount(id);
  if (!account) throw UserNotFound();
  if (!co_await hasher_.Verify(std::move(password), account->password_hash)) throw WrongPassword();
  co_return std::move(*account);
}

}  // namespace descant::user::app
