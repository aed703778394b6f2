#include "services/conversion/adapters/ffmpeg/probe_parser.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <string>

#include "platform/base/error.h"
#include "services/conversion/adapters/ffmpeg/probe_json.h"
#include "services/conversion/adapters/ffmpeg/probe_video.h"
#include "services/conversion/adapters/ffmpeg/tag_parser.h"
#include "services/conversion/domain/failure.h"

namespace descant::conversion::ffmpeg {

namespace json = boost::json;

namespace {

constexpr double kLongestSeconds = 1e9;

std::chrono::milliseconds ParseDuration(std::string_view text) {
  double seconds = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seconds);
  if (error != std::errc() || !std::isfinite(seconds) || seconds < 0) return {};
  return std::chrono::milliseconds(std::llround(std::min(seconds, kLongestSeconds) * 1000));
}

// BCP 47 or ISO 639 letters; anything else is none.
std::string Language(const json::object& stream) {
  const std::string language = Word(Member(stream, "tags"), "language");
  const auto fits = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-'; };
  const bool stated = language.size() >= 2 && language.size() <= 12 && language != "und";
  return stated && std::ranges::all_of(language, fits) ? language : "";
}

AudioStream AudioFrom(const json::object& stream) {
  return {.index = Integer(stream, "index"),
          .codec = Word(stream, "codec_name"),
          .channels = Integer(stream, "channels"),
          .sample_rate = Integer(stream, "sample_rate"),
          .bit_rate = std::max(0, Integer(stream, "bit_rate")),
          .is_default = HasDisposition(stream, "default"),
          .language = Language(stream),
          .title = CleanTag(Text(Member(stream, "tags"), "title"))};
}

SubtitleStream SubtitleFrom(const json::object& stream) {
  return {.index = Integer(stream, "index"),
          .codec = Word(stream, "codec_name"),
          .language = Language(stream),
          .title = CleanTag(Text(Member(stream, "tags"), "title")),
          .forced = HasDisposition(stream, "forced"),
          .hearing_impaired = HasDisposition(stream, "hearing_impaired")};
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
    if (type == "video") probe.video.push_back(ParseVideoStream(stream));
    if (type == "subtitle") probe.subtitles.push_back(SubtitleFrom(stream));
  }
  // Some codecs do not say, but where there is nothing else in the file, the file's rate is theirs.
  if (probe.streams == 1 && probe.audio.size() == 1 && probe.audio.front().bit_rate == 0) {
    probe.audio.front().bit_rate = std::max(0, Integer(format, "bit_rate"));
  }
  return probe;
}

}  // namespace descant::conversion::ffmpeg
