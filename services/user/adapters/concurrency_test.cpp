// What only shows when several do it at once, each on connections of their own, against PostgreSQL.
#include <deque>
#include <map>
#include <set>

#include <gmock/gmock.h>

#include "platform/postgres/listener.h"
#include "services/user/adapters/database_under_test.h"
#include "services/user/adapters/postgres_changes.h"
#include "services/user/adapters/postgres_sessions.h"
#include "services/user/adapters/postgres_users.h"
#include "services/user/adapters/signed_tokens.h"
#include "services/user/app/authentication.h"
#include "services/user/testing/await.h"
#include "services/user/testing/fakes.h"

namespace descant::user::adapters {
namespace {

using namespace std::chrono_literals;
using testing::Await;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Pair;

// A copy of the service's application, down to its connections.
struct Copy {
  Copy(const asio::any_io_executor& executor, const std::string& connection, app::PasswordHasher& hasher,
       const app::Tokens& tokens)
      : database(executor, {.connection = connection}),
        // Reuse ends a session at once, whichever of two read the clock first.
        authentication(users, sessions, hasher, tokens, {.refresh_grace = std::chrono::seconds(-1)}, &Now) {}

  postgres::Database database;
  PostgresUsers users{database};
  PostgresSessions sessions{database};
  PostgresChanges changes{database};
  app::Authentication authentication;
};

class ConcurrencyTest : public ::testing::Test {
 protected:
  static constexpr std::size_t kCopies = 6;

  ConcurrencyTest() {
    for (std::size_t i = 0; i < kCopies; ++i)
      copies.emplace_back(context.get_executor(), connection, hasher, tokens);
  }

  app::SignedIn Register(const std::string& email) {
    return Await(context,
                 copies[0].authentication.Register({.email = email, .password = "12345678", .name = "A"}));
  }

  // Starts all of them, and runs until each is done. How often each code was thrown, "" for none.
  std::map<std::string, int> Race(std::vector<awaitable<void>> contenders) {
    std::map<std::string, int> codes;
    std::size_t running = contenders.size();
    for (awaitable<void>& contender : contenders) {
      asio::co_spawn(context, std::move(contender), [&](const std::exception_ptr& error) {
        --running;
        try {
          if (error) std::rethrow_exception(error);
          ++codes[""];
        } catch (const Error& refusal) {
          ++codes[refusal.code()];
        }
      });
    }
    context.restart();
    while (running > 0) context.run_one();
    return codes;
  }

  const std::string connection = MigratedDatabase();
  asio::io_context context;
  testing::FakeHasher hasher;
  const SignedTokens tokens{"a secret of the tests, 32 bytes or more"};
  std::deque<Copy> copies;
};

awaitable<void> Refresh(app::Authentication& authentication, std::string token) {
  co_await authentication.Refresh(std::move(token));
}

TEST_F(ConcurrencyTest, OneOfManyRefreshesWithOneTokenSucceeds) {
  for (int round = 0; round < 10; ++round) {
    const app::SignedIn ada = Register("ada" + std::to_string(round) + "@example.org");
    std::vector<awaitable<void>> refreshes;
    for (int i = 0; i < 24; ++i) {
      refreshes.push_back(Refresh(copies[i % kCopies].authentication, ada.refresh_token));
    }
    EXPECT_THAT(Race(std::move(refreshes)), ElementsAre(Pair("", 1), Pair("refresh_token_reused", 23)));
    EXPECT_THAT(Race([&] {
                  std::vector<awaitable<void>> again;
                  again.push_back(Refresh(copies[0].authentication, ada.refresh_token));
                  return again;
                }()),
                ElementsAre(Pair("refresh_token_reused", 1)));
  }
}

awaitable<void> Login(app::Authentication& authentication, std::string email,
                      std::vector<std::string>& tokens) {
  const app::SignedIn signed_in =
      co_await authentication.Login({.email = std::move(email), .password = "12345678"});
  tokens.push_back(signed_in.access_token);
}

awaitable<void> ChangePassword(Users& users, UserId id, SessionId keep) {
  EXPECT_TRUE(co_await users.ChangePassword(id, 1, "v1:another", keep, Now()));
}

TEST_F(ConcurrencyTest, NoLoginWithTheOldPasswordOutlivesItsChange) {
  for (int round = 0; round < 10; ++round) {
    const std::string email = "ada" + std::to_string(round) + "@example.org";
    const app::SignedIn ada = Register(email);
    const app::Caller caller = Await(context, copies[0].authentication.Authenticate(ada.access_token));
    std::vector<std::string> access_tokens;
    std::vector<awaitable<void>> contenders;
    for (int i = 0; i < 24; ++i) {
      contenders.push_back(Login(copies[i % kCopies].authentication, email, access_tokens));
      if (i == 2 * round)
        contenders.push_back(ChangePassword(copies[0].users, ada.user.id, caller.session_id));
    }
    auto codes = Race(std::move(contenders));
    for (const char* expected : {"", "invalid_credentials"}) codes.erase(expected);
    EXPECT_THAT(codes, IsEmpty());
    for (const std::string& token : access_tokens) {
      EXPECT_THROW(Await(context, copies[0].authentication.Authenticate(token)), Error);
    }
    Await(context, copies[0].authentication.Authenticate(ada.access_token));
  }
}

awaitable<void> Remove(Users& users, UserId id) { co_await users.Remove(id); }

TEST_F(ConcurrencyTest, DeletingAUserAmidRefreshesDeadlocksNothing) {
  for (int round = 0; round < 10; ++round) {
    const app::SignedIn ada = Register("ada@example.org");
    std::vector<std::string> unused;
    std::vector<awaitable<void>> contenders;
    for (int i = 0; i < 12; ++i) {
      const app::SignedIn other = Await(
          context, copies[0].authentication.Login({.email = "ada@example.org", .password = "12345678"}));
      contenders.push_back(Refresh(copies[i % kCopies].authentication, other.refresh_token));
      contenders.push_back(Refresh(copies[(i + 1) % kCopies].authentication, other.refresh_token));
      if (i == round) contenders.push_back(Remove(copies[5].users, ada.user.id));
    }
    auto codes = Race(std::move(contenders));
    for (const char* expected : {"", "refresh_token_invalid", "refresh_token_reused"}) codes.erase(expected);
    EXPECT_THAT(codes, IsEmpty());
  }
}

awaitable<void> Rename(Users& users, UserId id, int times) {
  for (int i = 0; i < times; ++i) co_await users.Update(id, {.name = "name " + std::to_string(i)});
}

// Reads on from the last sequence it has seen, as WatchChanges does.
awaitable<void> Follow(Changes& changes, std::size_t count, std::vector<Change>& seen) {
  std::int64_t sequence = 0;
  while (seen.size() < count) {
    const std::vector<Change> next = co_await changes.After(sequence, 7);
    seen.insert(seen.end(), next.begin(), next.end());
    if (!next.empty()) sequence = next.back().sequence;
  }
}

TEST_F(ConcurrencyTest, AReaderMissesNoneOfTheChangesMadeAtOnce) {
  constexpr int kTimes = 40;
  std::vector<Change> seen;
  std::vector<awaitable<void>> contenders;
  for (std::size_t i = 1; i < kCopies; ++i) {
    const UserId id = Register("user" + std::to_string(i) + "@example.org").user.id;
    contenders.push_back(Rename(copies[i].users, id, kTimes));
  }
  contenders.push_back(Follow(copies[0].changes, kTimes * (kCopies - 1), seen));
  EXPECT_THAT(Race(std::move(contenders)), ElementsAre(Pair("", static_cast<int>(kCopies))));
  std::set<std::int64_t> sequences;
  for (const Change& change : seen) sequences.insert(change.sequence);
  EXPECT_EQ(sequences.size(), kTimes * (kCopies - 1));
}

TEST_F(ConcurrencyTest, AListenerIsToldOfEachChange) {
  std::vector<std::string> told;
  bool connected = false;
  const postgres::Listener listener(
      context.get_executor(), connection, {kChangesChannel},
      [&](const std::string&, const std::string& payload) { told.push_back(payload); },
      [&] { connected = true; });
  context.restart();
  while (!connected) context.run_one();
  const app::SignedIn ada = Register("ada@example.org");
  Await(context, copies[0].users.Update(ada.user.id, {.name = "B"}));
  Await(context, copies[1].authentication.LogoutByRefreshToken(ada.refresh_token));
  Await(context, copies[2].users.Remove(ada.user.id));
  context.restart();
  while (told.size() < 3) context.run_one();
  const std::string last = std::to_string(Await(context, copies[0].changes.Last()));
  EXPECT_EQ(told.back(), last);
}

}  // namespace
}  // namespace descant::user::adapters
