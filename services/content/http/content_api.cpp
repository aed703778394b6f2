#include "services/content/http/content_api.h"

#include <algorithm>
#include <array>

#include <boost/asio/this_coro.hpp>
#include <boost/json/object.hpp>

#include "platform/log/log.h"
#include "services/content/http/content_json.h"

namespace descant::content::http {

namespace {

using web::Method;
using web::Request;
using web::Response;

constexpr std::chrono::seconds kQuiet{15};  // a stream says something at least this often
constexpr std::chrono::seconds kSessionCheck{1};
constexpr std::chrono::minutes kLongest{60};  // then the client connects again

awaitable<app::Viewer> RequireViewer(const ContentApi& api, const Request& request) {
  co_return co_await api.users.ByToken(request.context, request.BearerToken());
}

// Who asks, where nobody has to say so. A token that is given has to be good.
awaitable<std::optional<domain::UserId>> OptionalViewer(const ContentApi& api, const Request& request) {
  const auto token = request.OptionalBearerToken();
  if (!token) co_return std::nullopt;
  const app::Viewer viewer = co_await api.users.ByToken(request.context, *token);
  co_return viewer.id;
}

using Endpoint = awaitable<Response> (*)(ContentApi, const Request&);

// For what uses storage: what is wrong with that is for the logs, and nobody's fault who asks.
template <Endpoint kEndpoint>
awaitable<Response> WithStorage(ContentApi api, const Request& request) {
  constexpr std::array<std::string_view, 3> kTroubles{"storage_unavailable", "storage_full",
                                                      "credentials_unavailable"};
  try {
    co_return co_await kEndpoint(std::move(api), request);
  } catch (const Error& error) {
    if (std::ranges::find(kTroubles, error.code()) == kTroubles.end()) throw;
    log::Warning(
        "storage cannot be used",
        {{"request_id", request.context.request_id}, {"code", error.code()}, {"error", error.what()}});
  }
  throw Error(ErrorKind::kUnavailable, "storage_unavailable", "Storage is not available at the moment.")
      .RetryAfter(std::chrono::seconds(1));
}

// POST /api/v1/contents
awaitable<Response> CreateContent(ContentApi api, const Request& request) {
  app::Viewer viewer = co_await RequireViewer(api, request);
  domain::ContentDraft draft = ParseDraft(request);
  const domain::Content content = co_await api.catalog.Create(std::move(viewer), std::move(draft));
  co_return web::Created("/api/v1/contents/" + content.id.ToString(), ToJson(content, api.links));
}

// GET /api/v1/contents
awaitable<Response> ListContents(ContentApi api, const Request& request) {
  domain::Listing listing = ParseListing(request);
  listing.owner = ParseOwner(request);
  co_return web::JsonText(200, co_await api.pages.Page(std::move(listing)));
}

// GET /api/v1/users/me/contents
awaitable<Response> ListOwnContents(ContentApi api, const Request& request) {
  const app::Viewer viewer = co_await RequireViewer(api, request);
  domain::Listing listing = ParseListing(request);
  listing.owner = viewer.id;
  listing.only_published = false;
  listing.state = ParseState(request);
  co_return web::JsonText(200, co_await api.pages.Page(std::move(listing)));
}

// GET /api/v1/contents/{id}
awaitable<Response> GetContent(ContentApi api, const Request& request) {
  const auto viewer = co_await OptionalViewer(api, request);
  co_return web::JsonText(200, co_await api.pages.One(ParseId(request), viewer));
}

// PATCH /api/v1/contents/{id}
awaitable<Response> ChangeContent(ContentApi api, const Request& request) {
  const app::Viewer viewer = co_await RequireViewer(api, request);
  domain::ContentPatch patch = ParsePatch(request);
  const domain::Content content = co_await api.catalog.Change(ParseId(request), viewer.id, std::move(patch));
  co_return web::Json(200, ToJson(content, api.links));
}

// DELETE /api/v1/contents/{id}
awaitable<Response> RemoveContent(ContentApi api, const Request& request) {
  const app::Viewer viewer = co_await RequireViewer(api, request);
  co_await api.catalog.Remove(ParseId(request), viewer.id);
  co_return web::NoContent();
}

// POST /api/v1/contents/{id}/upload
awaitable<Response> BeginUpload(ContentApi api, const Request& request) {
  const app::Viewer viewer = co_await RequireViewer(api, request);
  domain::UploadOffer offer = ParseOffer(request);
  co_return web::Json(200, ToJson(co_await api.uploads.Begin(ParseId(request), viewer.id, std::move(offer),
                                                             request.Origin())));
}

// GET /api/v1/contents/{id}/upload
awaitable<Response> ResumeUpload(ContentApi api, const Request& request) {
  const app::Viewer viewer = co_await RequireViewer(api, request);
  Response response =
      web::Json(200, ToJson(co_await api.uploads.Resume(ParseId(request), viewer.id, request.Origin())));
  response.headers.emplace_back("Cache-Control", "no-store");
  co_return response;
}

// PUT /api/v1/contents/{id}/media
awaitable<Response> FinishUpload(ContentApi api, const Request& request) {
  const app::Viewer viewer = co_await RequireViewer(api, request);
  UploadedMedia media = ParseMedia(request);
  const domain::Content content = co_await api.uploads.Finish(request.context, ParseId(request), viewer.id,
                                                              std::move(media.key), std::move(media.parts));
  co_return web::Json(202, ToJson(content, api.links));
}

// POST /api/v1/contents/{id}/conversion
awaitable<Response> ConvertAgain(ContentApi api, const Request& request) {
  const app::Viewer viewer = co_await RequireViewer(api, request);
  const domain::Content content =
      co_await api.uploads.ConvertAgain(request.context, ParseId(request), viewer.id);
  co_return web::Json(202, ToJson(content, api.links));
}

// PUT /api/v1/contents/{id}/cover
awaitable<Response> ChooseCover(ContentApi api, const Request& request) {
  const app::Viewer viewer = co_await RequireViewer(api, request);
  const domain::Content content =
      co_await api.covers.Choose(ParseId(request), viewer.id, ParseCover(request));
  co_return web::Json(200, ToJson(content, api.links));
}

// DELETE /api/v1/contents/{id}/cover
awaitable<Response> ForgetCover(ContentApi api, const Request& request) {
  const app::Viewer viewer = co_await RequireViewer(api, request);
  co_return web::Json(200, ToJson(co_await api.covers.Forget(ParseId(request), viewer.id), api.links));
}

// GET /api/v1/contents/{id}/playback
awaitable<Response> BeginPlayback(ContentApi api, const Request& request) {
  const auto viewer = co_await OptionalViewer(api, request);
  Response response =
      web::Json(200, ToJson(co_await api.playback.Begin(ParseId(request), viewer, request.Origin())));
  response.headers.emplace_back("Cache-Control", "no-store");
  co_return response;
}

// GET /api/v1/media/{token}/{content}/{job}/...
awaitable<Response> ServeMedia(ContentApi api, const Request& request) {
  std::vector<std::string> path;
  for (const auto& [name, value] : request.parameters) path.push_back(value);
  std::string token = std::move(path.front());
  path.erase(path.begin());
  const app::Playlists::Served served =
      co_await api.playlists.Open(std::move(token), std::move(path), request.Origin());
  if (!served.location.empty()) {
    co_return Response{.status = 302,
                       .headers = {{"Location", served.location}, {"Cache-Control", "no-store"}}};
  }
  co_return Response{
      .headers = {{"Content-Type", "application/vnd.apple.mpegurl"}, {"Cache-Control", "private, no-cache"}},
      .body = served.playlist};
}

// Nothing when it is gone, or no longer for this viewer to see.
awaitable<std::optional<domain::Content>> Visible(ContentApi api, domain::ContentId id,
                                                  std::optional<domain::UserId> viewer) {
  try {
    co_return co_await api.catalog.Get(id, viewer);
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::kNotFound) throw;
  }
  co_return std::nullopt;
}

// Who opened a stream, and by what right: asked again for as long as the stream shows what others may not
// see.
struct Watcher {
  std::optional<domain::UserId> id;
  std::string token;  // empty: nobody in particular
  Context context;
};

// Whether the session that opened the stream goes on. Who cannot be asked about keeps what they have.
awaitable<bool> SessionHolds(const ContentApi& api, const Watcher& watcher) {
  try {
    co_await api.users.ByToken(watcher.context, watcher.token);
  } catch (const Error& error) {
    co_return error.kind() != ErrorKind::kUnauthenticated;
  }
  co_return true;
}

// The content now, and again whenever it changes, until its conversion is over, there is none to see, or the
// session is over that lets it be seen.
awaitable<void> WriteEvents(ContentApi api, domain::ContentId id, Watcher watcher, web::EventStream& stream) {
  using Clock = std::chrono::steady_clock;
  const auto changes = api.changes.Subscribe(id, co_await asio::this_coro::executor);
  const auto end = Clock::now() + kLongest;
  auto spoken = Clock::now();
  std::optional<std::pair<domain::State, bool>> told;
  std::string last;
  bool changed = true;
  auto looked = Clock::now();
  std::optional<domain::Content> content;
  while (Clock::now() < end) {
    // A look now and then: nobody tells of what was deleted.
    if (changed || Clock::now() - looked >= kQuiet) {
      content = co_await Visible(api, id, watcher.id);
      looked = Clock::now();
    }
    if (!content) co_return;
    const bool by_session = watcher.id && !domain::IsVisibleTo(*content, std::nullopt);
    if (by_session && !co_await SessionHolds(api, watcher)) co_return;
    const std::pair now{content->state, content->playable()};
    std::string data = ToText(*content, api.links);
    if (data != last) {
      co_await stream.Send(told == now ? "progress" : "state", data);
      spoken = Clock::now();
    }
    told = now;
    last = std::move(data);
    if (content->state == domain::State::kReady || content->state == domain::State::kFailed) co_return;
    changed = co_await changes->Next(by_session ? kSessionCheck : kQuiet);
    if (Clock::now() - spoken >= kQuiet) {
      co_await stream.Comment();
      spoken = Clock::now();
    }
  }
}

// GET /api/v1/contents/{id}/events
awaitable<Response> WatchContent(ContentApi api, const Request& request) {
  Watcher watcher{
      .context = {.request_id = request.context.request_id}};  // the stream outlasts the request's time
  watcher.id = co_await OptionalViewer(api, request);
  if (watcher.id) watcher.token = request.BearerToken();
  const domain::ContentId id = ParseId(request);
  co_await api.catalog.Get(id, watcher.id);
  co_return web::Events(
      [api, id, watcher](web::EventStream& stream) { return WriteEvents(api, id, watcher, stream); });
}

// GET /healthz
awaitable<Response> GetHealth(ContentApi api, const Request& request) {
  const auto checks = co_await api.health(request.context);
  boost::json::object body{{"status", "ok"}};
  bool all = true;
  for (const auto& [name, answers] : checks) {
    all = all && answers;
    body[name] = answers ? "ok" : "unavailable";
  }
  if (!all) body["status"] = "unavailable";
  co_return web::Json(all ? 200 : 503, body);
}

// GET /metrics, as Prometheus reads it. All copies tell the same; the gateway leads nobody here.
awaitable<Response> ShowMetrics(ContentApi api, const Request&) {
  const domain::OpenJobs open = co_await api.jobs.CountOpen();
  Response response{.headers = {{"Content-Type", "text/plain; version=0.0.4"}}};
  response.body =
      "# HELP descant_conversion_jobs Conversion jobs that are not over.\n"
      "# TYPE descant_conversion_jobs gauge\n"
      "descant_conversion_jobs{state=\"queued\"} " +
      std::to_string(open.queued) + "\ndescant_conversion_jobs{state=\"running\"} " +
      std::to_string(open.running) + "\n";
  co_return response;
}

}  // namespace

web::Router MakeRouter(ContentApi api) {
  struct Row {
    Method method;
    const char* pattern;
    Endpoint endpoint;
  };
  const Row rows[] = {
      {Method::kGet, "/healthz", GetHealth},
      {Method::kGet, "/metrics", ShowMetrics},
      {Method::kPost, "/api/v1/contents", CreateContent},
      {Method::kGet, "/api/v1/contents", ListContents},
      {Method::kGet, "/api/v1/users/me/contents", ListOwnContents},
      {Method::kGet, "/api/v1/contents/{id}", GetContent},
      {Method::kPatch, "/api/v1/contents/{id}", ChangeContent},
      {Method::kDelete, "/api/v1/contents/{id}", RemoveContent},
      {Method::kPost, "/api/v1/contents/{id}/upload", WithStorage<BeginUpload>},
      {Method::kGet, "/api/v1/contents/{id}/upload", WithStorage<ResumeUpload>},
      {Method::kPut, "/api/v1/contents/{id}/media", WithStorage<FinishUpload>},
      {Method::kPost, "/api/v1/contents/{id}/conversion", WithStorage<ConvertAgain>},
      {Method::kPut, "/api/v1/contents/{id}/cover", WithStorage<ChooseCover>},
      {Method::kDelete, "/api/v1/contents/{id}/cover", ForgetCover},
      {Method::kGet, "/api/v1/contents/{id}/playback", BeginPlayback},
      {Method::kGet, "/api/v1/contents/{id}/events", WatchContent},
      {Method::kGet, "/api/v1/media/{token}/{content}/{job}/{file}", WithStorage<ServeMedia>},
      {Method::kGet, "/api/v1/media/{token}/{content}/{job}/{attempt}/{file}", WithStorage<ServeMedia>},
      {Method::kGet, "/api/v1/media/{token}/{content}/{job}/{attempt}/{rendition}/{file}",
       WithStorage<ServeMedia>},
  };
  web::Router router;
  for (const Row& row : rows) {
    router.Add({row.method, row.pattern,
                [api, endpoint = row.endpoint](const Request& request) { return endpoint(api, request); }});
  }
  return router;
}

}  // namespace descant::content::http
