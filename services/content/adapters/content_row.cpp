#include "services/content/adapters/content_row.h"

#include <boost/json/array.hpp>
#include <boost/json/monotonic_resource.hpp>
#include <boost/json/object.hpp>

namespace descant::content::adapters {

namespace {

namespace json = boost::json;

std::string Text(const json::object& object, std::string_view name) {
  return std::string(object.at(name).as_string());
}

double Number(const json::object& object, std::string_view name) {
  return object.at(name).to_number<double>();
}

std::int64_t Whole(const json::object& object, std::string_view name) {
  return object.at(name).to_number<std::int64_t>();
}

domain::Progress ProgressFrom(const json::object& object) {
  return {.fraction = Number(object, "fraction"),
          .speed = Number(object, "speed"),
          .eta_seconds = Number(object, "eta_seconds")};
}

domain::Failure FailureFrom(const json::object& object) {
  return {.code = Text(object, "code"), .detail = Text(object, "detail")};
}

std::optional<double> MaybeNumber(const json::object& object, std::string_view name) {
  const json::value* value = object.if_contains(name);
  if (value == nullptr || value->is_null()) return std::nullopt;
  return value->to_number<double>();
}

// What rows of earlier versions do not have.
void AddDetails(const json::object& object, domain::Media& media) {
  const auto text = [](const json::object& of, std::string_view name) {
    return of.contains(name) ? Text(of, name) : std::string();
  };
  const auto whole = [](const json::object& of, std::string_view name) {
    return of.contains(name) ? Whole(of, name) : 0;
  };
  media.loudness_range_lu = MaybeNumber(object, "loudness_range_lu");
  media.true_peak_dbtp = MaybeNumber(object, "true_peak_dbtp");
  media.waveform_key = text(object, "waveform_key");
  media.poster_key = text(object, "poster_key");
  media.thumbnails_key = text(object, "thumbnails_key");
  media.damaged = object.contains("damaged") && object.at("damaged").as_bool();
  media.cover_large_key = text(object, "cover_large_key");
  media.cover_small_key = text(object, "cover_small_key");
  if (const json::value* value = object.if_contains("gapless")) {
    const json::object& gapless = value->as_object();
    media.gapless = domain::Gapless{.sample_rate = whole(gapless, "sample_rate"),
                                    .delay = whole(gapless, "delay"),
                                    .padding = whole(gapless, "padding"),
                                    .samples = whole(gapless, "samples")};
  }
  if (const json::value* value = object.if_contains("tags")) {
    const json::object& tags = value->as_object();
    media.tags = {.title = text(tags, "title"),
                  .artist = text(tags, "artist"),
                  .album = text(tags, "album"),
                  .album_artist = text(tags, "album_artist"),
                  .genre = text(tags, "genre"),
                  .date = text(tags, "date"),
                  .track = whole(tags, "track"),
                  .tracks = whole(tags, "tracks"),
                  .disc = whole(tags, "disc"),
                  .discs = whole(tags, "discs")};
  }
}

domain::Media MediaFrom(const json::object& object) {
  domain::Media media{.kind = domain::FromWord<domain::MediaKind>(domain::kMediaKinds, Text(object, "kind")),
                      .duration_ms = Whole(object, "duration_ms")};
  for (const json::value& item : object.at("renditions").as_array()) {
    const json::object& rendition = item.as_object();
    media.renditions.push_back({.codec = Text(rendition, "codec"),
                                .bandwidth = Whole(rendition, "bandwidth"),
                                .width = Whole(rendition, "width"),
                                .height = Whole(rendition, "height"),
                                .frame_rate = Number(rendition, "frame_rate")});
  }
  media.loudness_lufs = MaybeNumber(object, "loudness_lufs");
  AddDetails(object, media);
  return media;
}

json::object TagsJson(const domain::Tags& tags) {
  return {{"title", tags.title}, {"artist", tags.artist},
          {"album", tags.album}, {"album_artist", tags.album_artist},
          {"genre", tags.genre}, {"date", tags.date},
          {"track", tags.track}, {"tracks", tags.tracks},
          {"disc", tags.disc},   {"discs", tags.discs}};
}

template <class T, class Parse>
std::optional<T> Optional(const postgres::Field& field, Parse parse) {
  if (field.is_null()) return std::nullopt;
  unsigned char buffer[4096];  // enough for most, so that a list of contents costs few allocations
  json::monotonic_resource memory(buffer, sizeof buffer);
  return parse(field.Json(&memory).as_object());
}

}  // namespace

domain::Content ContentFrom(const postgres::Row& row) {
  return {.id = row["id"].As<domain::ContentId>(),
          .owner = {row["owner_id"].As<domain::UserId>(), row["owner_name"].As<std::string>()},
          .title = row["title"].As<std::string>(),
          .description = row["description"].As<std::string>(),
          .type = domain::FromWord<domain::ContentType>(domain::kContentTypes, row["type"].As<std::string>()),
          .visibility = domain::FromWord<domain::Visibility>(domain::kVisibilities,
                                                             row["visibility"].As<std::string>()),
          .state = domain::FromWord<domain::State>(domain::kStates, row["state"].As<std::string>()),
          .progress = Optional<domain::Progress>(row["progress"], ProgressFrom),
          .failure = Optional<domain::Failure>(row["failure"], FailureFrom),
          .media_key = row["media_key"].As<std::optional<std::string>>(),
          .media = Optional<domain::Media>(row["media"], MediaFrom),
          .cover_key = row["cover_key"].As<std::optional<std::string>>(),
          .created_at = row["created_at"].As<TimePoint>(),
          .modified_at = row["modified_at"].As<TimePoint>()};
}

json::value ToJson(const domain::Progress& progress) {
  return {{"fraction", progress.fraction}, {"speed", progress.speed}, {"eta_seconds", progress.eta_seconds}};
}

json::value ToJson(const domain::Failure& failure) {
  return {{"code", failure.code}, {"detail", failure.detail}};
}

json::value ToJson(const domain::Media& media) {
  json::array renditions;
  for (const domain::Rendition& rendition : media.renditions) {
    renditions.push_back({{"codec", rendition.codec},
                          {"bandwidth", rendition.bandwidth},
                          {"width", rendition.width},
                          {"height", rendition.height},
                          {"frame_rate", rendition.frame_rate}});
  }
  json::object object{{"kind", domain::Word(domain::kMediaKinds, media.kind)},
                      {"duration_ms", media.duration_ms},
                      {"renditions", std::move(renditions)},
                      {"loudness_lufs", nullptr}};
  if (media.loudness_lufs) object["loudness_lufs"] = *media.loudness_lufs;
  if (media.loudness_range_lu) object["loudness_range_lu"] = *media.loudness_range_lu;
  if (media.true_peak_dbtp) object["true_peak_dbtp"] = *media.true_peak_dbtp;
  if (media.damaged) object["damaged"] = true;
  if (media.gapless) {
    object["gapless"] = {{"sample_rate", media.gapless->sample_rate},
                         {"delay", media.gapless->delay},
                         {"padding", media.gapless->padding},
                         {"samples", media.gapless->samples}};
  }
  if (media.tags != domain::Tags{}) object["tags"] = TagsJson(media.tags);
  for (const auto& [name, key] :
       {std::pair{"waveform_key", &media.waveform_key}, std::pair{"poster_key", &media.poster_key},
        std::pair{"thumbnails_key", &media.thumbnails_key},
        std::pair{"cover_large_key", &media.cover_large_key},
        std::pair{"cover_small_key", &media.cover_small_key}}) {
    if (!key->empty()) object[name] = *key;
  }
  return object;
}

}  // namespace descant::content::adapters
