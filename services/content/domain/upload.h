// The rules of uploads: where they go, and what is taken.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "services/content/domain/content.h"

namespace descant::content::domain {

struct UploadOffer {
  std::string filename;
  std::int64_t size = 0;
  std::string content_type;
};

// The type of a file that may be uploaded: any audio or video, and what browsers call files that they don't know.
bool IsUploadType(std::string_view content_type);

// All uploads of a content, with a slash at the end.
std::string UploadPrefix(ContentId content);
// Everything that was converted for a content, with a slash at the end.
std::string MediaPrefix(ContentId content);

// Whether `key` is one that an upload of this content may have been given.
bool IsUploadKeyOf(ContentId content, std::string_view key);

// The folder of a key: media/<content>/<job>/<attempt> of media/<content>/<job>/<attempt>/master.m3u8.
std::string FolderOf(std::string_view key);

}  // namespace descant::content::domain
