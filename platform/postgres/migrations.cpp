#include "platform/postgres/migrations.h"

#include <set>

#include "platform/base/error.h"
#include "platform/log/log.h"
#include "platform/postgres/connection.h"
#include "platform/runtime/runtime.h"
#include "platform/token/crypto.h"

namespace descant::postgres {

namespace {

using namespace std::chrono_literals;
using Shared = std::shared_ptr<Connection>;

constexpr auto kStepTimeout = 10min;
constexpr auto kPatience = 60s;

constexpr Query kLock{"migrations_lock", "SELECT pg_advisory_lock(hashtext('descant schema migrations'))"};
constexpr Query kApplied{"migrations_applied", "SELECT name, checksum FROM schema_migrations"};
constexpr const char* kTable =
    "CREATE TABLE IF NOT EXISTS schema_migrations"
    " (name text PRIMARY KEY, checksum text NOT NULL, applied_at timestamptz NOT NULL DEFAULT now())";

awaitable<Shared> OpenPatiently(asio::any_io_executor executor, std::string settings) {
  const auto give_up = std::chrono::steady_clock::now() + kPatience;
  while (true) {
    std::optional<Error> trouble;
    try {
      co_return co_await Connection::Open(executor, settings, 5s);
    } catch (const Error& error) {
      trouble = error;
    }
    if (std::chrono::steady_clock::now() > give_up) throw Error(*trouble);
    log::Info("waiting for the database", {{"error", trouble->what()}});
    co_await runtime::Sleep(200ms);
  }
}

awaitable<void> Apply(Shared connection, const std::vector<Migration>& migrations) {
  const Rows rows = co_await Connection::Execute(connection, kApplied, {}, kStepTimeout);
  std::set<std::string> applied;
  for (const Row row : rows) {
    const auto name = row["name"].As<std::string>();
    const auto known = std::ranges::find(migrations, name, &Migration::name);
    if (known == migrations.end() ||
        token::HexEncode(token::Sha256(known->sql)) != row["checksum"].As<std::string>()) {
      throw Error(ErrorKind::kInternal, "schema_mismatch",
                  "The database has the migration " + name + ", which is not the one this program has.");
    }
    applied.insert(name);
  }
  for (const Migration& migration : migrations) {
    if (applied.contains(migration.name)) continue;
    // The simple protocol runs all of it in the one transaction that BEGIN opens. Names and checksums need no quoting.
    co_await Connection::Script(connection, "BEGIN;" + migration.sql + ";INSERT INTO schema_migrations VALUES ('" +
                                                migration.name + "', '" +
                                                token::HexEncode(token::Sha256(migration.sql)) + "'); COMMIT");
    log::Info("schema migrated", {{"migration", migration.name}});
  }
}

}  // namespace

awaitable<void> Migrate(asio::any_io_executor executor, std::string connection_string,
                        const std::vector<Migration>& migrations) {
  const Shared connection = co_await OpenPatiently(std::move(executor), std::move(connection_string));
  // Held until the connection ends. The table is made under it too: CREATE IF NOT EXISTS alone may collide.
  co_await Connection::Execute(connection, kLock, {}, kStepTimeout);
  co_await Connection::Script(connection, kTable);
  co_await Apply(connection, migrations);
  connection->Close();
}

}  // namespace descant::postgres
