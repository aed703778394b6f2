#include "services/conversion/app/completion_record.h"

#include <stdexcept>

#include <boost/json.hpp>

#include "platform/base/error.h"

namespace descant::conversion::app {

namespace json = boost::json;

namespace {

constexpr int kVersion = 1;

json::object ToJson(const RenditionSummary& rendition) {
  return {{"codec", rendition.codec},
          {"bandwidth", rendition.bandwidth},
          {"width", rendition.size.width},
          {"height", rendition.size.height},
          {"frame_rate", rendition.frame_rate}};
}

// Frames per second and decibels: what is beyond a thousand was never measured.
double Measured(double value) {
  if (!(value >= -1000 && value <= 1000)) throw std::invalid_argument("no measurement");
  return value;
}

RenditionSummary RenditionFrom(const json::value& value) {
  return {
      .codec = std::string(value.at("codec").as_string()),
      .bandwidth = value.at("bandwidth").to_number<std::uint32_t>(),
      .size = {.width = value.at("width").to_number<int>(), .height = value.at("height").to_number<int>()},
      .frame_rate = Measured(value.at("frame_rate").to_number<double>())};
}

std::string TextIn(const json::object& object, std::string_view name) {
  const json::value* value = object.if_contains(name);
  return value == nullptr ? std::string() : std::string(value->as_string());
}

template <class Number>
Number NumberIn(const json::object& object, std::string_view name) {
  const json::value* value = object.if_contains(name);
  return value == nullptr || value->is_null() ? Number{} : value->to_number<Number>();
}

json::object ToJson(const Gapless& gapless) {
  return {{"sample_rate", gapless.sample_rate},
          {"delay", gapless.delay},
          {"padding", gapless.padding},
          {"samples", gapless.samples}};
}

Gapless GaplessFrom(const json::object& object) {
  return {.sample_rate = NumberIn<int>(object, "sample_rate"),
          .delay = NumberIn<std::int64_t>(object, "delay"),
          .padding = NumberIn<std::int64_t>(object, "padding"),
          .samples = NumberIn<std::int64_t>(object, "samples")};
}

json::object ToJson(const Tags& tags) {
  return {{"title", tags.title}, {"artist", tags.artist},
          {"album", tags.album}, {"album_artist", tags.album_artist},
          {"genre", tags.genre}, {"date", tags.date},
          {"track", tags.track}, {"tracks", tags.tracks},
          {"disc", tags.disc},   {"discs", tags.discs}};
}

Tags TagsFrom(const json::object& object) {
  return {.title = TextIn(object, "title"),
          .artist = TextIn(object, "artist"),
          .album = TextIn(object, "album"),
          .album_artist = TextIn(object, "album_artist"),
          .genre = TextIn(object, "genre"),
          .date = TextIn(object, "date"),
          .track = NumberIn<int>(object, "track"),
          .tracks = NumberIn<int>(object, "tracks"),
          .disc = NumberIn<int>(object, "disc"),
          .discs = NumberIn<int>(object, "discs")};
}

// What not every source has, and records of earlier versions never.
void AddDetails(const Media& media, json::object& object) {
  object["loudness_lufs"] = nullptr;
  if (media.loudness) {
    object["loudness_lufs"] = media.loudness->integrated_lufs;
    object["loudness_range_lu"] = media.loudness->range_lu;
    object["true_peak_dbtp"] = media.loudness->true_peak_dbtp;
  }
  if (media.damaged) object["damaged"] = true;
  if (media.gapless) object["gapless"] = ToJson(*media.gapless);
  if (!media.tags.empty()) object["tags"] = ToJson(media.tags);
  if (!media.waveform_key.empty()) object["waveform_key"] = media.waveform_key;
  if (!media.poster_key.empty()) object["poster_key"] = media.poster_key;
  if (!media.thumbnails_key.empty()) object["thumbnails_key"] = media.thumbnails_key;
  if (media.cover != Cover{}) {
    object["cover"] = {{"large_key", media.cover.large_key}, {"small_key", media.cover.small_key}};
  }
}

void ReadDetails(const json::object& object, Media& media) {
  if (!object.at("loudness_lufs").is_null()) {
    media.loudness = Loudness{.integrated_lufs = Measured(NumberIn<double>(object, "loudness_lufs")),
                              .range_lu = Measured(NumberIn<double>(object, "loudness_range_lu")),
                              .true_peak_dbtp = Measured(NumberIn<double>(object, "true_peak_dbtp"))};
  }
  if (const json::value* gapless = object.if_contains("gapless"))
    media.gapless = GaplessFrom(gapless->as_object());
  if (const json::value* tags = object.if_contains("tags")) media.tags = TagsFrom(tags->as_object());
  media.waveform_key = TextIn(object, "waveform_key");
  media.poster_key = TextIn(object, "poster_key");
  media.thumbnails_key = TextIn(object, "thumbnails_key");
  const json::value* damaged = object.if_contains("damaged");
  media.damaged = damaged != nullptr && damaged->as_bool();
  if (const json::value* cover = object.if_contains("cover")) {
    media.cover = {.large_key = TextIn(cover->as_object(), "large_key"),
                   .small_key = TextIn(cover->as_object(), "small_key")};
  }
}

Result ResultFrom(const json::value& record) {
  if (record.at("version").to_number<int>() != kVersion) throw std::invalid_argument("another version");
  const json::value& media = record.at("media");
  Result result{.master_key = std::string(record.at("master_key").as_string())};
  result.media.kind = media.at("kind").as_string() == "video" ? MediaKind::kVideo : MediaKind::kAudio;
  result.media.duration = std::chrono::milliseconds(media.at("duration_ms").to_number<std::int64_t>());
  for (const json::value& rendition : media.at("renditions").as_array()) {
    result.media.renditions.push_back(RenditionFrom(rendition));
  }
  ReadDetails(media.as_object(), result.media);
  return result;
}

}  // namespace

std::string CompletionKey(const std::string& target_prefix) { return target_prefix + "/complete.json"; }

std::string RenderCompletion(const Result& result) {
  json::array renditions;
  for (const RenditionSummary& rendition : result.media.renditions) renditions.push_back(ToJson(rendition));
  json::object media{{"kind", result.media.kind == MediaKind::kVideo ? "video" : "audio"},
                     {"duration_ms", result.media.duration.count()},
                     {"renditions", std::move(renditions)}};
  AddDetails(result.media, media);
  return json::serialize(
      json::object{{"version", kVersion}, {"master_key", result.master_key}, {"media", media}});
}

Result ParseCompletion(std::string_view text) {
  try {
    return ResultFrom(json::parse(text));
  } catch (const std::exception& error) {
    throw Error(ErrorKind::kInternal, "completion_record_unreadable",
                std::string("The completion record cannot be read: ") + error.what());
  }
}

}  // namespace descant::conversion::app
