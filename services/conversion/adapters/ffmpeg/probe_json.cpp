#include "services/conversion/adapters/ffmpeg/probe_json.h"

#include <charconv>
#include <cstdint>

namespace descant::conversion::ffmpeg {

namespace {

constexpr std::size_t kLongestWord = 64;

}  // namespace

std::string_view Text(const json::object& object, std::string_view name) {
  const json::value* value = object.if_contains(name);
  return value != nullptr && value->is_string() ? std::string_view(value->get_string()) : std::string_view();
}

int Integer(const json::object& object, std::string_view name) {
  const json::value* value = object.if_contains(name);
  if (value == nullptr) return 0;
  std::int64_t number = 0;
  if (value->is_int64()) {
    number = value->get_int64();
  } else {
    const std::string_view text = Text(object, name);
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc()) return 0;
  }
  return number < -1'000'000'000 || number > 1'000'000'000 ? 0 : static_cast<int>(number);
}

Rational ParseRational(std::string_view text) {
  Rational rational{0, 0};
  const auto [middle, error] = std::from_chars(text.data(), text.data() + text.size(), rational.num);
  if (error != std::errc() || middle == text.data() + text.size() || (*middle != '/' && *middle != ':'))
    return {0, 0};
  const auto [end, other] = std::from_chars(middle + 1, text.data() + text.size(), rational.den);
  constexpr std::int64_t kMost = 1'000'000'000;
  if (other != std::errc() || rational.num < 0 || rational.den <= 0 || rational.num > kMost ||
      rational.den > kMost) {
    return {0, 0};
  }
  return rational;
}

const json::object& Member(const json::object& object, std::string_view name) {
  static const json::object kNone;
  const json::value* value = object.if_contains(name);
  return value != nullptr && value->is_object() ? value->get_object() : kNone;
}

const json::array& Members(const json::object& object, std::string_view name) {
  static const json::array kNone;
  const json::value* value = object.if_contains(name);
  return value != nullptr && value->is_array() ? value->get_array() : kNone;
}

std::string Word(const json::object& object, std::string_view name) {
  const std::string word(Text(object, name).substr(0, kLongestWord));
  return word == "unknown" || word == "none" ? "" : word;
}

bool HasDisposition(const json::object& stream, std::string_view disposition) {
  return Integer(Member(stream, "disposition"), disposition) == 1;
}

}  // namespace descant::conversion::ffmpeg
