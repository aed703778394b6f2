#include "services/conversion/app/completion_record.h"

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

RenditionSummary RenditionFrom(const json::value& value) {
  return {
      .codec = std::string(value.at("codec").as_string()),
      .bandwidth = value.at("bandwidth").to_number<std::uint32_t>(),
      .size = {.width = value.at("width").to_number<int>(), .height = value.at("height").to_number<int>()},
      .frame_rate = value.at("frame_rate").to_number<double>()};
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
  if (const json::value& loudness = media.at("loudness_lufs"); !loudness.is_null()) {
    result.media.loudness_lufs = loudness.to_number<double>();
  }
  return result;
}

}  // namespace

std::string CompletionKey(const std::string& target_prefix) { return target_prefix + "/complete.json"; }

std::string RenderCompletion(const Result& result) {
  json::array renditions;
  for (const RenditionSummary& rendition : result.media.renditions) renditions.push_back(ToJson(rendition));
  const auto& loudness = result.media.loudness_lufs;
  const json::object media{{"kind", result.media.kind == MediaKind::kVideo ? "video" : "audio"},
                           {"duration_ms", result.media.duration.count()},
                           {"renditions", std::move(renditions)},
                           {"loudness_lufs", loudness ? json::value(*loudness) : json::value(nullptr)}};
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
