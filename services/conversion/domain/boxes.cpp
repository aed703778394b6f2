#include "services/conversion/domain/boxes.h"

#include "platform/base/error.h"

namespace descant::conversion {

void ThrowUnreadableBox(const std::string& what) {
  throw Error(ErrorKind::kInternal, "mp4_unreadable", "The MP4 " + what + ".");
}

std::uint32_t Read32(Bytes bytes, std::size_t at) {
  const Bytes from = Skip(bytes, at);
  if (from.size() < 4) ThrowUnreadableBox("ends within a box");
  return std::uint32_t{from[0]} << 24 | std::uint32_t{from[1]} << 16 | std::uint32_t{from[2]} << 8 |
         std::uint32_t{from[3]};
}

std::uint64_t Read64(Bytes bytes, std::size_t at) {
  return std::uint64_t{Read32(bytes, at)} << 32 | Read32(bytes, at + 4);
}

Bytes Skip(Bytes bytes, std::size_t count) {
  if (bytes.size() < count) ThrowUnreadableBox("ends within a box");
  return bytes.subspan(count);
}

std::optional<Box> BoxReader::Next() {
  const Bytes rest = bytes_.subspan(at_);
  if (rest.empty()) return std::nullopt;
  if (rest.size() < 8) ThrowUnreadableBox("ends within a box");
  std::uint64_t size = Read32(rest, 0);
  std::size_t header = 8;
  if (size == 1) {
    size = Read64(rest, 8);
    header = 16;
  } else if (size == 0) {
    size = rest.size();
  }
  if (size < header || size > rest.size()) ThrowUnreadableBox("has a box of a wrong length");
  Box box{.type = std::string(rest.begin() + 4, rest.begin() + 8),
          .body = rest.subspan(header, static_cast<std::size_t>(size) - header),
          .offset = at_};
  at_ += static_cast<std::size_t>(size);
  return box;
}

std::optional<Box> BoxReader::Find(std::string_view type) {
  while (auto box = Next()) {
    if (box->type == type) return box;
  }
  return std::nullopt;
}

Box BoxReader::Require(std::string_view type) {
  auto box = Find(type);
  if (!box) ThrowUnreadableBox("has no " + std::string(type));
  return *std::move(box);
}

}  // namespace descant::conversion
