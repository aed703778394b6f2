// The content service: wires everything, and does nothing else.
#include <exception>
#include <iostream>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include "platform/config/reader.h"
#include "platform/http/server.h"
#include "platform/log/log.h"
#include "platform/postgres/database.h"
#include "platform/postgres/listener.h"
#include "platform/postgres/migrations.h"
#include "platform/redis/client.h"
#include "platform/rpc/client.h"
#include "platform/runtime/blocking.h"
#include "platform/runtime/runtime.h"
#include "platform/storage/open.h"
#include "services/content/adapters/migrations.h"
#include "services/content/adapters/postgres_contents.h"
#include "services/content/adapters/postgres_jobs.h"
#include "services/content/adapters/rpc_converter.h"
#include "services/content/adapters/user_cache.h"
#include "services/content/adapters/user_feed.h"
#include "services/content/app/catalog.h"
#include "services/content/app/changes.h"
#include "services/content/app/dispatcher.h"
#include "services/content/app/playback.h"
#include "services/content/app/playlists.h"
#include "services/content/app/sweeper.h"
#include "services/content/app/uploads.h"
#include "services/content/http/content_api.h"
#include "services/content/settings.h"

namespace descant::content {
namespace {

using namespace std::chrono_literals;

constexpr auto kHealthTimeout = 1500ms;
constexpr auto kSweepInterval = 2s;

// What all cores share; thread-safe.
struct Shared {
  explicit Shared(const Settings& settings)
      : users({.target = settings.user_grpc, .internal_secret = settings.internal_secret}),
        conversion({.target = settings.conversion_grpc, .internal_secret = settings.internal_secret}),
        files("storage", 4, 1024),
        storage(storage::Open(settings.storage, files)) {}

  rpc::Channel users;
  rpc::Channel conversion;
  runtime::BlockingPool files;
  std::unique_ptr<storage::Storage> storage;
  adapters::RecentChanges recent;
  app::Changes changes;
};

// What one core has to itself.
struct Core {
  Core(const asio::any_io_executor& executor, const Settings& settings, Shared& process)
      : shared(process),
        database(executor, {.connection = settings.database}),
        redis(executor, {.address = settings.redis, .password = settings.redis_password}),
        users(redis, shared.users, shared.recent, settings.user_cache_ttl),
        contents(database, settings.removal_delay),
        jobs(database, settings.removal_delay),
        catalog(contents),
        uploads(catalog, contents, jobs, *shared.storage,
                {.max_bytes = settings.max_upload, .grant_lifetime = settings.upload_ttl}),
        covers(catalog, contents, *shared.storage),
        playback(catalog, *shared.storage, settings.playback_ttl),
        links(*shared.storage, settings.playback_ttl),
        pages(catalog, links),
        playlists(*shared.storage, settings.storage.s3.key),
        router(std::make_shared<descant::http::Router>(
            http::MakeRouter({users, catalog, pages, uploads, covers, playback, links, playlists,
                              shared.changes, jobs, [this](Context context) { return Health(context); }}))) {}

  awaitable<std::vector<std::pair<std::string, bool>>> Health(Context context) {
    bool answers = true;
    try {
      co_await database.Ping();
    } catch (const Error&) {
      answers = false;
    }
    std::vector<std::pair<std::string, bool>> checks{{"database", answers}};
    const bool user = co_await shared.users.Healthy(context, kHealthTimeout);
    checks.emplace_back("user", user);
    const bool conversion = co_await shared.conversion.Healthy(context, kHealthTimeout);
    checks.emplace_back("conversion", conversion);
    co_return checks;
  }

  Shared& shared;
  postgres::Database database;
  redis::Client redis;
  adapters::UserCache users;
  adapters::PostgresContents contents;
  adapters::PostgresJobs jobs;
  app::Catalog catalog;
  app::Uploads uploads;
  app::Covers covers;
  app::Playback playback;
  app::MediaLinks links;
  http::ContentPages pages;
  app::Playlists playlists;
  std::shared_ptr<descant::http::Router> router;
};

// What one core does for the whole process, beside its requests.
struct Background {
  Background(const asio::any_io_executor& executor, const Settings& settings, Shared& shared, Core& core)
      : converter(shared.conversion),
        dispatcher(executor, core.jobs, converter,
                   {.concurrency = static_cast<std::size_t>(settings.concurrency)}),
        leftovers(core.database),
        sweeper(leftovers, *shared.storage, 24h),
        feed(executor, shared.users, core.database, core.redis, shared.recent, core.contents),
        listener(
            executor, settings.database, {"content_changed", "job_queued"},
            [this, &shared](const std::string& channel, const std::string& payload) {
              if (channel == "job_queued") {
                dispatcher.Wake();
              } else if (const auto id = domain::ContentId::Parse(payload)) {
                shared.changes.Publish(*id);
              }
            },
            [this, &shared] {
              dispatcher.Wake();
              shared.changes.PublishAll();
            }) {
    dispatcher.Start();
    feed.Start();
  }

  awaitable<void> SweepForever() {
    while (true) {
      std::size_t swept = 0;
      try {
        swept = co_await sweeper.Sweep();
      } catch (const std::exception& error) {
        log::Warning("sweeping failed", {{"error", error.what()}});
      }
      if (swept == 0) co_await runtime::Sleep(kSweepInterval);
    }
  }

  adapters::RpcConverter converter;
  app::Dispatcher dispatcher;
  adapters::PostgresLeftovers leftovers;
  app::Sweeper sweeper;
  adapters::UserFeed feed;
  postgres::Listener listener;
};

struct Service {
  std::unique_ptr<Shared> shared;
  std::vector<std::unique_ptr<Core>> cores;
  std::unique_ptr<Background> background;
  std::unique_ptr<descant::http::Server> server;
};

awaitable<void> Start(runtime::Runtime& runtime, const Settings& settings, Service& service) {
  co_await postgres::Migrate(runtime.executor(0), settings.database, adapters::Migrations());
  service.shared = std::make_unique<Shared>(settings);
  std::vector<std::shared_ptr<const descant::http::Router>> routers;
  for (std::size_t i = 0; i < runtime.cores(); ++i) {
    service.cores.push_back(std::make_unique<Core>(runtime.executor(i), settings, *service.shared));
    routers.push_back(service.cores.back()->router);
  }
  service.background =
      std::make_unique<Background>(runtime.executor(0), settings, *service.shared, *service.cores.front());
  runtime::Spawn(runtime.executor(0), "sweeper", service.background->SweepForever());
  service.server = std::make_unique<descant::http::Server>(
      runtime, descant::http::ServerSettings{.listen = settings.http_listen}, std::move(routers));
  service.server->Start();
}

int Main(int argc, char** argv) {
  config::Reader reader("descant-content", config::ProcessEnvironment());
  const Settings settings = ReadSettings(reader);
  if (const auto code = reader.Finish(argc, argv)) return *code;
  log::Start("content", log::ParseLevel(settings.log_level));

  runtime::Runtime runtime(static_cast<std::size_t>(settings.threads));
  Service service;
  bool failed = false;
  runtime.OnShutdown("background", [&service]() -> awaitable<void> {
    if (!service.background) co_return;
    service.background->feed.Stop();
    co_await service.background->dispatcher.Stop();
  });
  runtime.OnShutdown("http", [&service]() -> awaitable<void> {
    if (service.server) co_await service.server->Drain();
  });
  asio::co_spawn(runtime.executor(0), Start(runtime, settings, service),
                 [&](const std::exception_ptr& error) {
                   if (!error) return;
                   log::Error("cannot start", {{"error", Describe(error)}});
                   failed = true;
                   runtime.Stop();
                 });
  runtime.Run(settings.shutdown_grace);
  return failed ? 1 : 0;
}

}  // namespace
}  // namespace descant::content

int main(int argc, char** argv) { return descant::content::Main(argc, argv); }
