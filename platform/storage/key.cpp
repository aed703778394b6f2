#include "platform/base/error.h"
#include "platform/base/utf8.h"
#include "platform/storage/storage.h"

namespace descant::storage {

bool IsValidKey(std::string_view key) {
  if (key.empty() || key.size() > 512 || !IsUtf8(key)) return false;
  std::size_t begin = 0;
  while (true) {
    const std::size_t end = std::min(key.find('/', begin), key.size());
    const std::string_view segment = key.substr(begin, end - begin);
    if (segment.empty() || segment == "." || segment == ".." || segment.size() > 255) return false;
    for (const char c : segment) {
      if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F || c == '\\') return false;
    }
    if (end == key.size()) return true;
    begin = end + 1;
  }
}

void RequireKey(bool valid) {
  if (!valid) throw Error(ErrorKind::kInvalidArgument, "invalid_key", "The storage key is not valid.");
}

}  // namespace descant::storage
