// UUIDs (RFC 9562) and strong ids made of them. New ones are version 7: they sort by the time they were made.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace descant {

class Uuid {
 public:
  constexpr Uuid() = default;  // the nil UUID

  // A new version 7 UUID: unguessable in its 62 random bits, and greater than every one made before it in
  // this process.
  static Uuid New();

  // The canonical form of 36 characters, in either case; nothing else.
  static std::optional<Uuid> Parse(std::string_view text);
  // Nothing unless there are 16.
  static std::optional<Uuid> FromBytes(std::string_view bytes);

  std::string ToString() const;
  auto operator<=>(const Uuid&) const = default;
  const std::array<std::uint8_t, 16>& bytes() const { return bytes_; }

 private:
  std::array<std::uint8_t, 16> bytes_{};
};

// A UUID that only fits where its kind is asked for: `using ContentId = Id<struct ContentTag>`.
template <class Tag>
class Id {
 public:
  constexpr Id() = default;
  explicit constexpr Id(Uuid uuid) : uuid_(uuid) {}

  static Id New() { return Id(Uuid::New()); }
  static std::optional<Id> Parse(std::string_view text) {
    const auto uuid = Uuid::Parse(text);
    return uuid ? std::optional<Id>(*uuid) : std::nullopt;
  }

  std::string ToString() const { return uuid_.ToString(); }
  const Uuid& uuid() const { return uuid_; }
  auto operator<=>(const Id&) const = default;

 private:
  Uuid uuid_;
};

}  // namespace descant

template <>
struct std::hash<descant::Uuid> {
  std::size_t operator()(const descant::Uuid& uuid) const noexcept {
    return std::hash<std::string_view>()(
        {reinterpret_cast<const char*>(uuid.bytes().data()), uuid.bytes().size()});
  }
};

template <class Tag>
struct std::hash<descant::Id<Tag>> {
  std::size_t operator()(const descant::Id<Tag>& id) const noexcept {
    return std::hash<descant::Uuid>()(id.uuid());
  }
};
