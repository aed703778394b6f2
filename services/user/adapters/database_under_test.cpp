#include "services/user/adapters/database_under_test.h"

#include "platform/postgres/database.h"
#include "services/user/adapters/schema.h"
#include "services/user/testing/await.h"
#include "tests/support/servers.h"

namespace descant::user::adapters {

namespace {

awaitable<void> Create(asio::any_io_executor executor, std::string connection, std::string name) {
  postgres::Database server(executor, {.connection = std::move(connection), .pipelined = 1});
  const std::string sql = "CREATE DATABASE " + name;
  const postgres::Query create{name.c_str(), sql.c_str()};
  co_await server.Execute(create);
}

}  // namespace

std::string MigratedDatabase() {
  static tests::PostgresServer server;
  static int count = 0;
  const std::string name = "test_" + std::to_string(++count);
  asio::io_context context;
  testing::Await(context, Create(context.get_executor(), server.connection(), name));
  const std::string connection =
      server.connection() + " dbname=" + name;  // of two dbnames, the last one counts
  testing::Await(context, postgres::Migrate(context.get_executor(), connection, Migrations()));
  return connection;
}

}  // namespace descant::user::adapters
