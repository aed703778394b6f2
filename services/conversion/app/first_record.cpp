#include "services/conversion/app/first_record.h"

#include <set>
#include <stdexcept>

#include <boost/json.hpp>

#include "platform/base/error.h"
#include "services/conversion/app/completion_record.h"

namespace descant::conversion::app {

namespace json = boost::json;

namespace {

constexpr int kVersion = 1;

json::object ToJson(const MeasuredRendition& rendition) {
  json::object object{{"name", rendition.name},
                      {"codec", rendition.init.codec},
                      {"width", rendition.init.size.width},
                      {"height", rendition.init.size.height},
                      {"channels", rendition.init.channels},
                      {"seconds", rendition.seconds},
                      {"peak", rendition.peak},
                      {"average", rendition.average},
                      {"uri", rendition.uri}};
  if (rendition.i_frames) {
    object["i_frames"] = {{"peak", rendition.i_frames->peak},
                          {"average", rendition.i_frames->average},
                          {"uri", rendition.i_frames->uri}};
  }
  return object;
}

MeasuredRendition RenditionFrom(const json::value& value) {
  MeasuredRendition rendition{.name = std::string(value.at("name").as_string()),
                              .init = {.codec = std::string(value.at("codec").as_string()),
                                       .size = {.width = value.at("width").to_number<int>(),
                                                .height = value.at("height").to_number<int>()},
                                       .channels = value.at("channels").to_number<int>()},
                              .seconds = value.at("seconds").to_number<double>(),
                              .peak = value.at("peak").to_number<std::uint32_t>(),
                              .average = value.at("average").to_number<std::uint32_t>(),
                              .uri = std::string(value.at("uri").as_string())};
  if (const json::value* i_frames = value.as_object().if_contains("i_frames")) {
    rendition.i_frames = MeasuredIFrames{.peak = i_frames->at("peak").to_number<std::uint32_t>(),
                                         .average = i_frames->at("average").to_number<std::uint32_t>(),
                                         .uri = std::string(i_frames->at("uri").as_string())};
  }
  return rendition;
}

json::object ToJson(const SubtitleTrack& track) {
  return {{"name", track.name},
          {"language", track.language},
          {"forced", track.forced},
          {"hearing_impaired", track.hearing_impaired},
          {"uri", track.uri}};
}

SubtitleTrack SubtitlesFrom(const json::value& value) {
  return {.name = std::string(value.at("name").as_string()),
          .language = std::string(value.at("language").as_string()),
          .forced = value.at("forced").as_bool(),
          .hearing_impaired = value.at("hearing_impaired").as_bool(),
          .uri = std::string(value.at("uri").as_string())};
}

FirstRecord RecordFrom(const json::value& value) {
  if (value.at("version").to_number<int>() != kVersion) throw std::invalid_argument("another version");
  FirstRecord record{.attempt = value.at("attempt").to_number<std::uint32_t>(),
                     .result = ParseCompletion(json::serialize(value.at("result")))};
  for (const json::value& rendition : value.at("renditions").as_array()) {
    record.renditions.push_back(RenditionFrom(rendition));
  }
  if (const json::value* subtitles = value.as_object().if_contains("subtitles")) {
    for (const json::value& track : subtitles->as_array()) record.subtitles.push_back(SubtitlesFrom(track));
  }
  return record;
}

}  // namespace

FirstRecord FirstRecord::SeenFrom(std::uint32_t other_attempt) const {
  FirstRecord seen = *this;
  if (other_attempt == attempt) return seen;
  const std::string folder = "../" + std::to_string(attempt) + "/";
  for (MeasuredRendition& rendition : seen.renditions) {
    rendition.uri = folder + rendition.uri;
    if (rendition.i_frames) rendition.i_frames->uri = folder + rendition.i_frames->uri;
  }
  for (SubtitleTrack& track : seen.subtitles) track.uri = folder + track.uri;
  return seen;
}

bool FirstRecord::Fits(const Plan& first) const {
  std::set<std::string> planned;
  for (const AudioRendition& audio : first.audio) planned.insert(audio.name);
  for (const VideoRendition& video : first.video) planned.insert(video.name);
  std::set<std::string> made;
  for (const MeasuredRendition& rendition : renditions) made.insert(rendition.name);
  return planned == made;
}

std::string FirstRecordKey(const std::string& target_prefix) { return target_prefix + "/first.json"; }

std::string RenderFirstRecord(const FirstRecord& record) {
  json::array renditions;
  for (const MeasuredRendition& rendition : record.renditions) renditions.push_back(ToJson(rendition));
  json::object object{{"version", kVersion},
                      {"attempt", record.attempt},
                      {"result", json::parse(RenderCompletion(record.result))},
                      {"renditions", std::move(renditions)}};
  if (!record.subtitles.empty()) {
    json::array subtitles;
    for (const SubtitleTrack& track : record.subtitles) subtitles.push_back(ToJson(track));
    object["subtitles"] = std::move(subtitles);
  }
  return json::serialize(object);
}

FirstRecord ParseFirstRecord(std::string_view text) {
  try {
    return RecordFrom(json::parse(text));
  } catch (const std::exception& error) {
    throw Error(ErrorKind::kInternal, "first_record_unreadable",
                std::string("The record of the first pass cannot be read: ") + error.what());
  }
}

}  // namespace descant::conversion::app
