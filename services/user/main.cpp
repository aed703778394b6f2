// The user service: reads its settings, wires one graph of objects for each core, and serves REST and gRPC
// until it is asked to end.
#include <deque>
#include <exception>

#include <boost/asio/post.hpp>

#include "platform/config/reader.h"
#include "platform/http/server.h"
#include "platform/log/log.h"
#include "platform/postgres/listener.h"
#include "platform/rpc/server.h"
#include "platform/runtime/blocking.h"
#include "platform/runtime/runtime.h"
#include "services/user/adapters/argon2_hasher.h"
#include "services/user/adapters/postgres_changes.h"
#include "services/user/adapters/postgres_sessions.h"
#include "services/user/adapters/postgres_users.h"
#include "services/user/adapters/schema.h"
#include "services/user/adapters/signed_tokens.h"
#include "services/user/app/accounts.h"
#include "services/user/app/authentication.h"
#include "services/user/app/retention.h"
#include "services/user/grpc/user_rpc.h"
#include "services/user/http/router.h"

namespace descant::user {
namespace {

using namespace std::chrono_literals;

struct Settings {
  std::string http_listen;
  std::string grpc_listen;
  std::string database;
  std::string internal_secret;
  std::string token_secret;
  app::TokenLifetimes lifetimes;
  adapters::Argon2Settings argon2;
  std::size_t password_threads;
  std::size_t password_queue;
  std::size_t threads;
  std::chrono::milliseconds shutdown_grace;
  std::string log_level;
};

Settings Read(config::Reader& reader) {
  const adapters::Argon2Settings argon2;
  const app::TokenLifetimes lifetimes;
  Settings settings;
  settings.http_listen =
      reader.Required("DESCANT_HTTP_LISTEN", "where REST is served: unix:/path or tcp:address:port");
  settings.grpc_listen =
      reader.Required("DESCANT_GRPC_LISTEN", "where gRPC is served: unix:/path or address:port");
  settings.database = reader.Secret("DESCANT_DATABASE", "libpq connection string of the database `users`", 1);
  settings.internal_secret =
      reader.Secret("DESCANT_INTERNAL_SECRET", "what the services show each other", 32);
  settings.token_secret = reader.Secret("DESCANT_TOKEN_SECRET", "what access tokens are signed with", 32);
  settings.lifetimes.access =
      reader.Seconds("DESCANT_ACCESS_TOKEN_TTL", "how long an access token works", lifetimes.access);
  settings.lifetimes.refresh = reader.Seconds(
      "DESCANT_REFRESH_TOKEN_TTL", "how long a session lasts without being refreshed", lifetimes.refresh);
  const std::int64_t memory_kib =
      reader.Bytes("DESCANT_PASSWORD_MEMORY", "memory of one password hash (Argon2id m)",
                   argon2.memory_kib * 1024) /
      1024;
  settings.argon2.iterations = static_cast<std::uint32_t>(reader.Integer(
      "DESCANT_PASSWORD_ITERATIONS", "passes of one password hash (Argon2id t)", argon2.iterations, 1, 100));
  settings.argon2.lanes = static_cast<std::uint32_t>(reader.Integer(
      "DESCANT_PASSWORD_LANES", "lanes of one password hash (Argon2id p)", argon2.lanes, 1, 16));
  if (memory_kib < 8 * settings.argon2.lanes || memory_kib > 1024 * 1024) {
    reader.Reject("DESCANT_PASSWORD_MEMORY", "has to be from 8 KiB a lane to 1 GiB");
  }
  settings.argon2.memory_kib = static_cast<std::uint32_t>(memory_kib);
  settings.password_threads = static_cast<std::size_t>(
      reader.Integer("DESCANT_PASSWORD_THREADS", "how many passwords are hashed at a time", 2, 1, 64));
  settings.password_queue = static_cast<std::size_t>(reader.Integer(
      "DESCANT_PASSWORD_QUEUE", "how many more may wait; the next is answered 503", 64, 1, 10000));
  settings.threads = static_cast<std::size_t>(
      reader.Integer("DESCANT_THREADS", "event loops; 0: one for each core", 0, 0, 256));
  settings.shutdown_grace =
      reader.Duration("DESCANT_SHUTDOWN_GRACE", "how long requests in flight may take to end", 10s);
  settings.log_level =
      reader.OneOf("DESCANT_LOG_LEVEL", "what is logged", {"info", "debug", "warning", "error"});
  return settings;
}

// Everything that one core has to itself.
struct Core {
  Core(const asio::any_io_executor& executor, const Settings& settings, app::PasswordHasher& hasher,
       const app::Tokens& tokens)
      : database(executor, {.connection = settings.database}),
        users(database),
        sessions(database),
        changes(database),
        authentication(users, sessions, hasher, tokens, settings.lifetimes, &Now),
        accounts(users, hasher, &Now),
        retention(sessions, changes, &Now),
        router(std::make_shared<http::Router>(
            MakeRouter(authentication, accounts, [this] { return database.Ping(); }))) {}

  postgres::Database database;
  adapters::PostgresUsers users;
  adapters::PostgresSessions sessions;
  adapters::PostgresChanges changes;
  app::Authentication authentication;
  app::Accounts accounts;
  app::Retention retention;
  ChangeSignal signal;
  std::shared_ptr<const http::Router> router;
};

void Migrate(const std::string& database) {
  asio::io_context context;
  std::exception_ptr failure;
  asio::co_spawn(context, postgres::Migrate(context.get_executor(), database, adapters::Migrations()),
                 [&failure](std::exception_ptr error) { failure = std::move(error); });
  context.run();
  if (failure) std::rethrow_exception(failure);
}

awaitable<void> PurgeHourly(app::Retention& retention) {
  while (true) {
    try {
      co_await retention.Purge();
    } catch (const Error& error) {
      if (error.kind() == ErrorKind::kCancelled) throw;
      log::Warning("nothing was purged, the next hour will",
                   {{"code", error.code()}, {"detail", error.detail()}});
    }
    co_await runtime::Sleep(1h);
  }
}

void Serve(const Settings& settings) {
  Migrate(settings.database);

  runtime::Runtime runtime(settings.threads);
  runtime::BlockingPool pool("passwords", settings.password_threads, settings.password_queue);
  adapters::Argon2Hasher hasher(settings.argon2, pool);
  const adapters::SignedTokens tokens(settings.token_secret);

  std::deque<Core> cores;
  std::vector<std::shared_ptr<const http::Router>> routers;
  std::vector<UserRpcCore> rpc_cores;
  for (std::size_t i = 0; i < runtime.cores(); ++i) {
    Core& core = cores.emplace_back(runtime.executor(i), settings, hasher, tokens);
    routers.push_back(core.router);
    rpc_cores.push_back({core.authentication, core.accounts, core.changes, core.signal});
  }

  // After a reconnection something may have been missed, so it counts as a notification.
  const auto raise = [&] {
    for (std::size_t i = 0; i < cores.size(); ++i) {
      asio::post(runtime.executor(i), [&signal = cores[i].signal] { signal.Raise(); });
    }
  };
  const postgres::Listener listener(
      runtime.executor(0), settings.database, {adapters::kChangesChannel},
      [raise](const std::string&, const std::string&) { raise(); }, raise);

  rpc::Server rpc(runtime, {.listen = settings.grpc_listen, .internal_secret = settings.internal_secret});
  AddUserService(rpc, std::move(rpc_cores));
  rpc.Start();
  http::Server http(runtime, {.listen = settings.http_listen}, std::move(routers));
  http.Start();
  log::Info("serving",
            {{"http", http.endpoint()}, {"grpc", settings.grpc_listen}, {"cores", runtime.cores()}});

  runtime::Spawn(runtime.executor(0), "purge", PurgeHourly(cores.front().retention));
  runtime.OnShutdown("rpc", [&rpc] { return rpc.Drain(); });
  runtime.OnShutdown("http", [&http] { return http.Drain(); });
  runtime.Run(settings.shutdown_grace);
}

int Main(int argc, const char* const* argv) {
  config::Reader reader("descant-user", config::ProcessEnvironment());
  const Settings settings = Read(reader);
  if (const auto code = reader.Finish(argc, argv)) return *code;
  log::Start("user", log::ParseLevel(settings.log_level));
  try {
    Serve(settings);
    return 0;
  } catch (const std::exception&) {
    log::Error("cannot serve", {{"error", Describe(std::current_exception())}});
    return 1;
  }
}

}  // namespace
}  // namespace descant::user

int main(int argc, char** argv) { return descant::user::Main(argc, argv); }
