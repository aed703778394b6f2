// The rules of uploads: where they go, and what is taken.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "services/content/domain/content.h"

namespace descant::content::domain {

struct UploadOffer {
  std::string filename;
  std::int64_t size = 0;
  std::string content_type;
};

// The type of a file that may be uploaded: any audio or video, and what browsers call files that they don't
// know.
bool IsUploadType(std::string_view content_type);

// All uploads of a content, with a slash at the end.
std::string UploadPrefix(ContentId content);
// Everything that was converted for a content, with a slash at the end.
std::string MediaPrefix(ContentId content);

// Whether `key` is one that an upload of this content may have been given.
bool IsUploadKeyOf(ContentId content, std::string_view key);

// How a file goes to storage: in one piece, or in parts of a size, the last one's excepted.
struct PartPlan {
  std::int64_t size = 0;
  std::int64_t part_size = 0;
  int count = 0;
  std::int64_t SizeOf(int number) const;  // from 1
};

// Nothing for a file that goes in one piece, of up to 64 MiB.
std::optional<PartPlan> PlanParts(std::int64_t size);

// The key of an upload in parts says how large the file is going to be: <unguessable>.<bytes>. So whoever
// resumes or finishes it knows its parts.
std::string KeyOfParts(std::string_view unguessable, std::int64_t size);
std::optional<PartPlan> PlanOfKey(std::string_view key);

// The folder of a key: media/<content>/<job>/<attempt> of media/<content>/<job>/<attempt>/master.m3u8.
std::string FolderOf(std::string_view key);

}  // namespace descant::content::domain
