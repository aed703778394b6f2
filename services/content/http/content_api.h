// The REST API of the content service, for one core.
#pragma once

#include <functional>

#include "platform/http/router.h"
#include "services/content/app/catalog.h"
#include "services/content/app/changes.h"
#include "services/content/app/covers.h"
#include "services/content/app/media_links.h"
#include "services/content/app/playback.h"
#include "services/content/app/playlists.h"
#include "services/content/app/uploads.h"
#include "services/content/app/viewer.h"
#include "services/content/domain/jobs.h"
#include "services/content/http/content_pages.h"

namespace descant::content::http {

struct ContentApi {
  app::UserDirectory& users;
  app::Catalog& catalog;
  ContentPages& pages;
  app::Uploads& uploads;
  app::Covers& covers;
  app::Playback& playback;
  const app::MediaLinks& links;
  app::Playlists& playlists;
  app::Changes& changes;
  domain::Jobs& jobs;
  // Which of what the service depends on answers, by name.
  std::function<awaitable<std::vector<std::pair<std::string, bool>>>(Context)> health;
};

// What `api` refers to has to outlive the router.
descant::http::Router MakeRouter(ContentApi api);

}  // namespace descant::content::http
