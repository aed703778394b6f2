// Boxes of ISO/IEC 14496-12, read with every length checked.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "services/conversion/domain/codec_string.h"

namespace descant::conversion {

struct Box {
  std::string type;
  Bytes body;
  std::size_t offset = 0;  // of its header, from where the reading began
};

// Reads one box after the other off `bytes`, the boxes of one level. All throw Error kInternal
// `mp4_unreadable`.
class BoxReader {
 public:
  explicit BoxReader(Bytes bytes) : bytes_(bytes) {}

  // Nothing at the end. What follows the last whole box is an error.
  std::optional<Box> Next();
  // Skips to the first box of that type.
  std::optional<Box> Find(std::string_view type);
  Box Require(std::string_view type);

 private:
  Bytes bytes_;
  std::size_t at_ = 0;
};

[[noreturn]] void ThrowUnreadableBox(const std::string& what);

// Big-endian numbers, and the rest after `count` bytes.
std::uint32_t Read32(Bytes bytes, std::size_t at);
std::uint64_t Read64(Bytes bytes, std::size_t at);
Bytes Skip(Bytes bytes, std::size_t count);

}  // namespace descant::conversion
