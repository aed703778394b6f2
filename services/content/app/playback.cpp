#include "services/content/app/playback.h"

#include "platform/base/error.h"
#include "services/content/domain/upload.h"

namespace descant::content::app {

awaitable<storage::PlaybackGrant> Playback::Begin(domain::ContentId id, std::optional<domain::UserId> viewer,
                                                  std::string origin) {
  const domain::Content content = co_await catalog_.Get(id, viewer);
  if (!content.playable()) {
    throw Error(ErrorKind::kConflict, "not_playable", "There is nothing to play yet.");
  }
  // Of the job, not of one attempt: what later attempts add plays with a URL handed out before.
  const std::string folder = domain::FolderOf(domain::FolderOf(*content.media_key));
  co_return storage_.SignPlayback({.prefix = folder,
                                   .file = content.media_key->substr(folder.size() + 1),
                                   .lifetime = lifetime_,
                                   .origin = std::move(origin)});
}

}  // namespace descant::content::app
