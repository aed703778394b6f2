// Files as byte strings, changed in places.
#pragma once

#include <bit>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>

namespace descant::conversion::testing {

inline std::string BigEndian(std::uint64_t value, std::size_t size) {
  std::string bytes(size, '\0');
  for (std::size_t i = 0; i < size; ++i) bytes[size - 1 - i] = static_cast<char>(value >> (8 * i));
  return bytes;
}

inline std::string LittleEndian(std::uint64_t value, std::size_t size) {
  const std::string big = BigEndian(value, size);
  return {big.rbegin(), big.rend()};
}

inline std::string Double(double value) { return BigEndian(std::bit_cast<std::uint64_t>(value), 8); }

// `bytes` with `by` written `offset` after the begin of the `which`th `tag`. Throws when there is none, so
// that a file is never less hostile than it is said to be.
inline std::string Patched(std::string bytes, std::string_view tag, std::size_t offset, std::string_view by,
                           int which = 1) {
  std::size_t at = bytes.find(tag);
  while (--which > 0 && at != std::string::npos) at = bytes.find(tag, at + 1);
  if (at == std::string::npos || at + offset + by.size() > bytes.size())
    throw std::invalid_argument("no " + std::string(tag));
  return bytes.replace(at + offset, by.size(), by);
}

inline std::string Repeated(std::string_view piece, std::size_t count) {
  std::string bytes;
  bytes.reserve(piece.size() * count);
  for (std::size_t i = 0; i < count; ++i) bytes += piece;
  return bytes;
}

}  // namespace descant::conversion::testing
