// Links to what a content's media has beside its playlists: waveform, cover. Each carries its own permission,
// as a playback URL does, so that an <img> can follow it.
#pragma once

#include <chrono>
#include <string>

#include "platform/base/time.h"
#include "platform/storage/storage.h"

namespace descant::content::app {

class MediaLinks {
 public:
  // `lifetime`: how long a link is good, at least. The storage has to outlive the links.
  MediaLinks(const storage::Storage& storage, std::chrono::seconds lifetime)
      : storage_(storage), lifetime_(lifetime) {}

  // Relative to the gateway where storage is behind it, so that answers can be cached whoever asked. The same
  // for an hour, so that browsers can cache what it leads to. Empty for an empty key.
  std::string To(const std::string& key) const;
  // Until when the links that are made now stay the same.
  TimePoint SameUntil() const;

 private:
  const storage::Storage& storage_;
  std::chrono::seconds lifetime_;
};

}  // namespace descant::content::app
