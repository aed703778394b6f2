// The application over fakes, on a clock that stands still until it is moved.
#pragma once

#include "services/user/app/accounts.h"
#include "services/user/app/authentication.h"
#include "services/user/testing/fakes.h"
#include "services/user/testing/in_memory.h"

namespace descant::user::testing {

struct Service {
  explicit Service(const app::Tokens* real_tokens = nullptr)
      : tokens(real_tokens ? *real_tokens : fake_tokens) {}

  TimePoint now = *ParseRfc3339("2030-01-02T03:04:05.678901Z");
  InMemoryTables tables;
  InMemoryUsers users{tables};
  InMemorySessions sessions{tables};
  InMemoryChanges changes{tables};
  FakeHasher hasher;
  FakeTokens fake_tokens;
  const app::Tokens& tokens;
  app::Authentication authentication{
      users, sessions, hasher, tokens, app::TokenLifetimes{}, [this] { return now; }};
  app::Accounts accounts{users, hasher, [this] { return now; }};
};

}  // namespace descant::user::testing
