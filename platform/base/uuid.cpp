#include "platform/base/uuid.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <stdexcept>

#include <sys/random.h>

namespace descant {

namespace {

constexpr std::string_view kHex = "0123456789abcdef";

int HexValue(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

constexpr bool IsDash(std::size_t position) {
  return position == 8 || position == 13 || position == 18 || position == 23;
}

constexpr unsigned kFractionBits = 12;

// The time in milliseconds and a fraction of 12 bits (RFC 9562 section 6.2, method 3), never the same twice
// in a process.
std::uint64_t NextStamp() {
  static std::atomic<std::uint64_t> last{0};
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  const auto nanoseconds = static_cast<std::uint64_t>(std::chrono::nanoseconds(now).count());
  const std::uint64_t fraction = (nanoseconds % 1'000'000) * (1 << kFractionBits) / 1'000'000;
  const std::uint64_t stamp = (nanoseconds / 1'000'000) << kFractionBits | fraction;
  std::uint64_t before = last.load();
  std::uint64_t next = 0;
  do {
    next = std::max(stamp, before + 1);
  } while (!last.compare_exchange_weak(before, next));
  return next;
}

}  // namespace

Uuid Uuid::New() {
  Uuid uuid;
  auto& bytes = uuid.bytes_;
  if (getrandom(bytes.data(), bytes.size(), 0) != static_cast<ssize_t>(bytes.size())) {
    throw std::runtime_error("getrandom failed");
  }
  const std::uint64_t stamp = NextStamp();
  const std::uint64_t milliseconds = stamp >> kFractionBits;
  for (std::size_t i = 0; i < 6; ++i) bytes[i] = static_cast<std::uint8_t>(milliseconds >> (40 - 8 * i));
  bytes[6] = static_cast<std::uint8_t>(0x70 | ((stamp >> 8) & 0x0F));  // version 7
  bytes[7] = static_cast<std::uint8_t>(stamp & 0xFF);
  bytes[8] = static_cast<std::uint8_t>((bytes[8] & 0x3F) | 0x80);  // the variant of RFC 9562
  return uuid;
}

std::optional<Uuid> Uuid::FromBytes(std::string_view bytes) {
  Uuid uuid;
  if (bytes.size() != uuid.bytes_.size()) return std::nullopt;
  std::ranges::copy(bytes, uuid.bytes_.begin());
  return uuid;
}

std::optional<Uuid> Uuid::Parse(std::string_view text) {
  if (text.size() != 36) return std::nullopt;
  Uuid uuid;
  std::size_t byte = 0;
  for (std::size_t i = 0; i < text.size();) {
    if (IsDash(i)) {
      if (text[i++] != '-') return std::nullopt;
      continue;
    }
    const int high = HexValue(text[i]);
    const int low = HexValue(text[i + 1]);
    if (high < 0 || low < 0) return std::nullopt;
    uuid.bytes_[byte++] = static_cast<std::uint8_t>(high * 16 + low);
    i += 2;
  }
  return uuid;
}

std::string Uuid::ToString() const {
  std::string text;
  text.reserve(36);
  for (const std::uint8_t byte : bytes_) {
    if (IsDash(text.size())) text += '-';
    text += kHex[byte >> 4];
    text += kHex[byte & 15];
  }
  return text;
}

}  // namespace descant
