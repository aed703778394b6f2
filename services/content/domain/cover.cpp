#include "services/content/domain/cover.h"

#include "services/content/domain/upload.h"

namespace descant::content::domain {

namespace {

constexpr int kStartOfImage = 0xD8;
constexpr int kEndOfImage = 0xD9;
constexpr int kStartOfScan = 0xDA;

int ByteAt(std::string_view bytes, std::size_t at) { return static_cast<unsigned char>(bytes[at]); }
int WordAt(std::string_view bytes, std::size_t at) { return ByteAt(bytes, at) << 8 | ByteAt(bytes, at + 1); }
bool IsMarkerAt(std::string_view bytes, std::size_t at, int marker) {
  return ByteAt(bytes, at) == 0xFF && ByteAt(bytes, at + 1) == marker;
}

// SOF0 to SOF15, but for the three of that range that are something else: DHT, JPG and DAC.
bool IsFrameHeader(int marker) {
  return marker >= 0xC0 && marker <= 0xCF && marker != 0xC4 && marker != 0xC8 && marker != 0xCC;
}

}  // namespace

std::optional<PictureSize> JpegSize(std::string_view bytes) {
  if (bytes.size() < 4 || !IsMarkerAt(bytes, 0, kStartOfImage) ||
      !IsMarkerAt(bytes, bytes.size() - 2, kEndOfImage)) {
    return std::nullopt;
  }
  std::optional<PictureSize> size;
  for (std::size_t at = 2; at + 4 <= bytes.size();) {
    if (ByteAt(bytes, at) != 0xFF) return std::nullopt;
    const int marker = ByteAt(bytes, at + 1);
    if (marker == kStartOfScan) return size;
    const int length = WordAt(bytes, at + 2);  // of the segment, these two bytes included
    if (length < 2 || at + 2 + static_cast<std::size_t>(length) > bytes.size()) return std::nullopt;
    if (IsFrameHeader(marker)) {
      if (length < 8 || size) return std::nullopt;
      size = PictureSize{.width = WordAt(bytes, at + 7), .height = WordAt(bytes, at + 5)};
    }
    at += 2 + static_cast<std::size_t>(length);
  }
  return std::nullopt;
}

std::string CoverPrefix(ContentId content) { return MediaPrefix(content) + "cover/"; }

}  // namespace descant::content::domain
