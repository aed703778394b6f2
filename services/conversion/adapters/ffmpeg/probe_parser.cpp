#include "services/conversion/adapters/ffmpeg/probe_parser.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <string>

#include <boost/json.hpp>

#include "platform/base/error.h"
#include "services/conversion/adapters/ffmpeg/tag_parser.h"
#include "services/conversion/domain/failure.h"

namespace descant::conversion::ffmpeg {

namespace json = boost::json;

namespace {

constexpr double kLongestSeconds = 1e9;
constexpr std::size_t kLongestWord = 64;

std::string_view Text(const json::object& object, std::string_view name) {
  const json::value* value = object.if_contains(name);
  return value != nullptr && value->is_string() ? std::string_view(value->get_string()) : std::string_view();
}

// ffprobe prints some numbers as strings. 0 for what is none, or out of range.
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

// "30000/1001", "16:9".
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

std::chrono::milliseconds ParseDuration(std::string_view text) {
  double seconds = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seconds);
  if (error != std::errc() || !std::isfinite(seconds) || seconds < 0) return {};
  return std::chrono::milliseconds(std::llround(std::min(seconds, kLongestSeconds) * 1000));
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

// BCP 47 or ISO 639 letters; anything else is none.
std::string Language(const json::object& stream) {
  const std::string language = Word(Member(stream, "tags"), "language");
  const auto fits = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-'; };
  const bool stated = language.size() >= 2 && language.size() <= 12 && language != "und";
  return stated && std::ranges::all_of(language, fits) ? language : "";
}

int Rotation(const json::object& stream) {
  for (const json::value& item : Members(stream, "side_data_list")) {
    if (!item.is_object() || !item.get_object().contains("rotation")) continue;
    const int degrees = ((Integer(item.get_object(), "rotation") % 360) + 360) % 360;
    return (degrees + 45) / 90 * 90 % 360;
  }
  return 0;
}

bool Has(const json::object& stream, std::string_view disposition) {
  return Integer(Member(stream, "disposition"), disposition) == 1;
}

AudioStream AudioFrom(const json::object& stream) {
  return {.index = Integer(stream, "index"),
          .codec = Word(stream, "codec_name"),
          .channels = Integer(stream, "channels"),
          .sample_rate = Integer(stream, "sample_rate"),
          .bit_rate = std::max(0, Integer(stream, "bit_rate")),
          .is_default = Has(stream, "default"),
          .language = Language(stream)};
}

VideoStream VideoFrom(const json::object& stream) {
  const std::string_view order = Text(stream, "field_order");
  const Rational shape = ParseRational(Text(stream, "sample_aspect_ratio"));
  return {.index = Integer(stream, "index"),
          .codec = Word(stream, "codec_name"),
          .coded = {.width = Integer(stream, "width"), .height = Integer(stream, "height")},
          .rotation = Rotation(stream),
          .pixel_shape = shape.known() ? shape : Rational{1, 1},
          .average_rate = ParseRational(Text(stream, "avg_frame_rate")),
          .base_rate = ParseRational(Text(stream, "r_frame_rate")),
          .interlaced = order == "tt" || order == "bb" || order == "tb" || order == "bt",
          .is_still =
              Has(stream, "attached_pic") || Has(stream, "timed_thumbnails") || Has(stream, "still_image"),
          .is_default = Has(stream, "default")};
}

json::object ParseObject(std::string_view text) {
  // A codec or language tag may hold bytes that are no UTF-8.
  json::parse_options options;
  options.allow_invalid_utf8 = true;
  boost::system::error_code error;
  json::value parsed = json::parse(text, error, {}, options);
  if (error || !parsed.is_object()) {
    throw Error(ErrorKind::kInternal, "probe_unreadable", "ffprobe printed what cannot be read.");
  }
  return std::move(parsed.get_object());
}

}  // namespace

SourceProbe ParseProbe(std::string_view text) {
  const json::object root = ParseObject(text);
  const json::object& format = Member(root, "format");
  SourceProbe probe{.container = Word(format, "format_name"),
                    .duration = ParseDuration(Text(format, "duration")),
                    .streams = Integer(format, "nb_streams"),
                    .tags = ReadTags(root)};
  if (probe.container.empty()) throw Failure(FailureCode::kUnsupportedFormat);
  for (const json::value& item : Members(root, "streams")) {
    if (!item.is_object()) continue;
    const json::object& stream = item.get_object();
    const std::string_view type = Text(stream, "codec_type");
    if (type == "audio") probe.audio.push_back(AudioFrom(stream));
    if (type == "video") probe.video.push_back(VideoFrom(stream));
  }
  // Some codecs do not say, but where there is nothing else in the file, the file's rate is theirs.
  if (probe.streams == 1 && probe.audio.size() == 1 && probe.audio.front().bit_rate == 0) {
    probe.audio.front().bit_rate = std::max(0, Integer(format, "bit_rate"));
  }
  return probe;
}

}  // namespace descant::conversion::ffmpeg
