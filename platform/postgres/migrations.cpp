#include "platform/postgres/migrations.h"

#include <algorithm>
#include <set>

#include "platform/base/error.h"
#include "platform/log/log.h"
#include "platform/postgres/connection.h"
#include "platform/postgres/errors.h"
#include "platform/runtime/runtime.h"
#include "platform/token/crypto.h"

namespace descant::postgres {

namespace {

using namespace std::chrono_literals;
using Clock = Connection::Clock;

constexpr auto kPatience = 60s;
constexpr std::chrono::milliseconds kFirstPause = 100ms;
constexpr std::chrono::milliseconds kLongestPause = 2s;

constexpr Query kLock{"migrations_lock", "SELECT pg_advisory_lock(hashtext('descant schema migrations'))"};
constexpr Query kApplied{"migrations_applied", "SELECT name, checksum FROM schema_migrations ORDER BY name"};
constexpr Query kRecord{"migrations_record",
                        "INSERT INTO schema_migrations (name, checksum) VALUES ($1, $2)"};
constexpr Query kBegin{"begin", "BEGIN"};
constexpr Query kCommit{"commit", "COMMIT"};
constexpr const char* kTable =
    "CREATE TABLE IF NOT EXISTS schema_migrations"
    " (name text PRIMARY KEY, checksum text NOT NULL, applied_at timestamptz NOT NULL DEFAULT now())";

std::string ChecksumOf(const Migration& migration) { return token::HexEncode(token::Sha256(migration.sql)); }

std::vector<Migration> InOrder(std::vector<Migration> migrations) {
  std::ranges::sort(migrations, {}, &Migration::name);
  const auto twice = std::ranges::adjacent_find(migrations, {}, &Migration::name);
  if (twice != migrations.end()) {
    throw Error(ErrorKind::kInternal, "schema_mismatch", "There are two migrations " + twice->name + ".");
  }
  return migrations;
}

awaitable<std::shared_ptr<Connection>> OpenPatiently(asio::any_io_executor executor, std::string database) {
  const auto give_up = Clock::now() + kPatience;
  auto pause = kFirstPause;
  while (true) {
    try {
      co_return co_await Connection::Open(executor, {.connection = database});
    } catch (const ConnectionLost& error) {
      if (Clock::now() > give_up) throw;
      log::Warning("waiting for the database", {{"error", error.why()}});
    }
    co_await runtime::Sleep(pause);
    pause = std::min(pause * 2, kLongestPause);
  }
}

// The names of what the database has; it may have nothing that is not here, exactly as it is here.
awaitable<std::set<std::string>> Applied(Connection& connection, const std::vector<Migration>& migrations) {
  const Rows rows = co_await connection.Execute(kApplied, {});
  std::set<std::string> names;
  for (const Row row : rows) {
    const auto name = row["name"].As<std::string>();
    const auto known = std::ranges::find(migrations, name, &Migration::name);
    if (known == migrations.end() || ChecksumOf(*known) != row["checksum"].As<std::string>()) {
      throw Error(ErrorKind::kInternal, "schema_mismatch",
                  "The database has the migration " + name + ", which is not the one this program has.");
    }
    names.insert(name);
  }
  co_return names;
}

awaitable<void> Apply(Connection& connection, const Migration& migration) {
  const Parameters record = Bind(migration.name, ChecksumOf(migration));
  co_await connection.Execute(kBegin, {});
  try {
    co_await connection.Script(migration.sql);
  } catch (const Error& error) {
    throw Error(error.kind(), error.code(), "Migration " + migration.name + ": " + error.detail());
  }
  co_await connection.Execute(kRecord, record);
  co_await connection.Execute(kCommit, {});
  log::Info("schema migrated", {{"migration", migration.name}});
}

}  // namespace

awaitable<void> Migrate(asio::any_io_executor executor, std::string database,
                        const std::vector<Migration>& migrations) {
  const std::vector<Migration> steps = InOrder(migrations);
  const std::shared_ptr<Connection> connection =
      co_await OpenPatiently(std::move(executor), std::move(database));
  // The lock is held until the connection ends. The table is made under it too: CREATE IF NOT EXISTS alone
  // may collide.
  co_await connection->Execute(kLock, {});
  co_await connection->Script(kTable);
  const std::set<std::string> applied = co_await Applied(*connection, steps);
  for (const Migration& step : steps) {
    if (!applied.contains(step.name)) co_await Apply(*connection, step);
  }
}

}  // namespace descant::postgres
