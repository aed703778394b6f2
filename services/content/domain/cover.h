// The picture that a creator chose for a content: what is taken, and where it goes.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "services/content/domain/content.h"

namespace descant::content::domain {

inline constexpr int kMaxCoverSide = 640;  // pixels

struct PictureSize {
  int width = 0;
  int height = 0;
};

// Of a JPEG (ITU-T T.81), as its frame header says; nothing when these bytes are no whole JPEG. Reads no
// pixels.
std::optional<PictureSize> JpegSize(std::string_view bytes);

// All chosen pictures of a content, with a slash at the end.
std::string CoverPrefix(ContentId content);

}  // namespace descant::content::domain
