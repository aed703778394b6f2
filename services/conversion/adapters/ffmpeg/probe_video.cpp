#include "services/conversion/adapters/ffmpeg/probe_video.h"

#include <algorithm>
#include <cctype>
#include <cmath>
#include <optional>
#include <string>
#include <string_view>

#include "services/conversion/adapters/ffmpeg/probe_json.h"

namespace descant::conversion::ffmpeg {

namespace {

int Rotation(const json::object& stream) {
  for (const json::value& item : Members(stream, "side_data_list")) {
    if (!item.is_object() || !item.get_object().contains("rotation")) continue;
    const int degrees = ((Integer(item.get_object(), "rotation") % 360) + 360) % 360;
    return (degrees + 45) / 90 * 90 % 360;
  }
  return 0;
}

// A word of FFmpeg's tables; nothing else may reach a filter graph.
std::string ColorWord(const json::object& stream, std::string_view name) {
  const std::string word = Word(stream, name);
  const auto fits = [](unsigned char c) { return std::islower(c) != 0 || std::isdigit(c) != 0 || c == '-'; };
  return std::ranges::all_of(word, fits) ? word : "";
}

Color ParseColor(const json::object& stream) {
  return {.primaries = ColorWord(stream, "color_primaries"),
          .transfer = ColorWord(stream, "color_transfer"),
          .matrix = ColorWord(stream, "color_space")};
}

bool IsRgb(const std::string& pixel_format) {
  return pixel_format.starts_with("gbr") || pixel_format.starts_with("rgb") ||
         pixel_format.starts_with("bgr") || pixel_format.starts_with("argb") ||
         pixel_format.starts_with("abgr") || pixel_format == "pal8";
}

// Of names such as yuv420p10le, p010le, gbrp12le, rgb48be.
int BitDepth(const std::string& pixel_format) {
  if (pixel_format.find("48") != std::string::npos || pixel_format.find("64") != std::string::npos) return 16;
  for (const int depth : {9, 10, 12, 14, 16}) {
    const std::string number = std::to_string(depth);
    for (const char* order : {"le", "be"}) {
      if (pixel_format.ends_with(number + order)) return depth;
    }
  }
  return 8;
}

// In 1/`unit`.
int Scaled(const json::object& object, std::string_view name, int unit) {
  const Rational value = ParseRational(Text(object, name));
  const double scaled = value.value() * unit;
  return value.known() && scaled < 1e9 ? static_cast<int>(std::lround(scaled)) : 0;
}

std::optional<MasteringDisplay> ParseMasteringDisplay(const json::object& stream) {
  constexpr int kChromaticity = 50'000;
  constexpr int kLuminance = 10'000;
  for (const json::value& item : Members(stream, "side_data_list")) {
    if (!item.is_object() || !item.get_object().contains("red_x") ||
        !item.get_object().contains("max_luminance")) {
      continue;
    }
    const json::object& data = item.get_object();
    const auto point = [&data](std::string_view x, std::string_view y) {
      return MasteringDisplay::Point{Scaled(data, x, kChromaticity), Scaled(data, y, kChromaticity)};
    };
    return MasteringDisplay{.red = point("red_x", "red_y"),
                            .green = point("green_x", "green_y"),
                            .blue = point("blue_x", "blue_y"),
                            .white = point("white_point_x", "white_point_y"),
                            .max_luminance = Scaled(data, "max_luminance", kLuminance),
                            .min_luminance = Scaled(data, "min_luminance", kLuminance)};
  }
  return std::nullopt;
}

std::optional<ContentLight> ParseContentLight(const json::object& stream) {
  for (const json::value& item : Members(stream, "side_data_list")) {
    if (!item.is_object() || !item.get_object().contains("max_content")) continue;
    return ContentLight{.max = std::clamp(Integer(item.get_object(), "max_content"), 0, 65535),
                        .max_average = std::clamp(Integer(item.get_object(), "max_average"), 0, 65535)};
  }
  return std::nullopt;
}

}  // namespace

VideoStream ParseVideoStream(const json::object& stream) {
  const std::string_view order = Text(stream, "field_order");
  const Rational shape = ParseRational(Text(stream, "sample_aspect_ratio"));
  const std::string format = Word(stream, "pix_fmt");
  return {.index = Integer(stream, "index"),
          .codec = Word(stream, "codec_name"),
          .coded = {.width = Integer(stream, "width"), .height = Integer(stream, "height")},
          .rotation = Rotation(stream),
          .pixel_shape = shape.known() ? shape : Rational{1, 1},
          .average_rate = ParseRational(Text(stream, "avg_frame_rate")),
          .base_rate = ParseRational(Text(stream, "r_frame_rate")),
          .interlaced = order == "tt" || order == "bb" || order == "tb" || order == "bt",
          .color = ParseColor(stream),
          .rgb = IsRgb(format),
          .bit_depth = BitDepth(format),
          .mastering_display = ParseMasteringDisplay(stream),
          .content_light = ParseContentLight(stream),
          .is_still = HasDisposition(stream, "attached_pic") || HasDisposition(stream, "timed_thumbnails") ||
                      HasDisposition(stream, "still_image"),
          .is_default = HasDisposition(stream, "default")};
}

}  // namespace descant::conversion::ffmpeg
